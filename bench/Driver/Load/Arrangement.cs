using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Clients of a server that stay connected for all rounds, and what they have in flight.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="server">Whose CPU time counts.</param>
/// <param name="dialect">How that is spoken to.</param>
/// <param name="reactor">What reads for the clients.</param>
internal sealed class Arrangement(string name, Server server, Dialect dialect, Reactor reactor)
{
    // A server that listens keeps some hundreds of connections until it accepts them.
    private const int ConnectingAtOnce = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<WebSocketClient> _clients = [];
    private readonly List<Channel> _channels = [];
    private readonly List<Publisher> _publishers = [];
    private int _turn;

    public string Name => name;

    public Server Server => server;

    public Reactor Reactor => reactor;

    public Ledger Ledger { get; } = new();

    /// <summary>Why it cannot be measured any more; null while it can.</summary>
    public string? Failure => _clients.Select(client => client.Failure).FirstOrDefault(failure => failure is not null);

    /// <summary>Whether nothing is in flight, and each publication is answered where the server does that.</summary>
    public bool IsSettled => Ledger.InFlight == 0 && (!dialect.Acknowledges || _publishers.TrueForAll(publisher => publisher.IsAnswered));

    /// <summary>How many deliveries are wrong: subscribers that have not got each publication once, and what came twice.</summary>
    public long Wrong => Ledger.Strays + _channels.Sum(channel => channel.Deceived);

    /// <summary>Connects subscribers of one channel, and subscribes them.</summary>
    /// <exception cref="InvalidOperationException">One of them was refused, or not done in time.</exception>
    public Channel Subscribe(string channelName, int count)
    {
        var clients = Connect(Enumerable.Repeat(channelName, count));
        var channel = new Channel(channelName, clients);
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Connects clients that only publish, in a channel each.</summary>
    /// <param name="channels">Where.</param>
    /// <param name="data">The payload, as JSON.</param>
    /// <exception cref="InvalidOperationException">One of them was refused, or not done in time.</exception>
    public void AddPublishers(IReadOnlyList<Channel> channels, string data)
    {
        var clients = Connect(channels.Select(channel => channel.Name), subscribes: false);
        _publishers.AddRange(clients.Zip(channels, (client, channel) => new Publisher(client, channel, dialect.Publication(channel.Name, data))));
    }

    /// <summary>The next publisher publishes.</summary>
    /// <param name="scheduled">When it should have, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
    public void Publish(long scheduled)
    {
        var publisher = _publishers[_turn++ % _publishers.Count];
        publisher.Publish(Ledger.Begin(scheduled, publisher.Channel.Audience));
    }

    public void KeepAlive() => _clients.ForEach(dialect.KeepAlive);

    private List<WebSocketClient> Connect(IEnumerable<string> channels, bool subscribes = true)
    {
        var connected = new List<WebSocketClient>();
        foreach (var some in channels.Chunk(ConnectingAtOnce))
        {
            var clients = some.Select(channel => Connect(channel)).ToList();
            Until(clients, answers: 1);
            if (subscribes)
            {
                clients.Zip(some).ToList().ForEach(pair => dialect.Subscribe(pair.First, pair.Second));
                Until(clients, answers: 2);
            }

            connected.AddRange(clients);
        }

        return connected;
    }

    private WebSocketClient Connect(string channel)
    {
        var client = WebSocketClient.Connect(server.Port, dialect, channel, server.Token(_clients.Count), Ledger);
        _clients.Add(client);
        reactor.Add(client);
        return client;
    }

    private void Until(List<WebSocketClient> clients, int answers)
    {
        var isDone = reactor.Until(() => Failure is not null || clients.TrueForAll(client => client.Answers >= answers), Patience);
        if (!isDone || Failure is not null)
        {
            throw new InvalidOperationException($"{name}: {Failure ?? "no answer"}");
        }
    }
}
