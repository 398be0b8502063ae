using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Subscribers and publishers on WebSockets. A publication is in flight until every subscriber of its channel has it.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="server">Whose CPU time counts.</param>
/// <param name="dialect">How that is spoken to.</param>
/// <param name="reactor">What reads for the clients.</param>
internal sealed class WebSocketArrangement(string name, Server server, Dialect dialect, Reactor reactor) : Arrangement(name, server, reactor)
{
    private readonly Connector _connector = new(server, dialect, reactor);
    private readonly List<WebSocketClient> _clients = [];
    private readonly List<Channel> _channels = [];
    private readonly List<Publisher> _publishers = [];
    private int _turn;

    public override string? Failure => _clients.Select(client => client.Failure).FirstOrDefault(failure => failure is not null);

    public override bool IsSettled => Ledger.InFlight == 0 && (!dialect.Acknowledges || _publishers.TrueForAll(publisher => publisher.IsAnswered));

    public override long Wrong => Ledger.Strays + _channels.Sum(channel => channel.Deceived);

    /// <summary>Connects clients, and subscribes them to a channel each.</summary>
    /// <param name="prefix">What the names of the channels begin with.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="each">How many clients in each.</param>
    /// <exception cref="InvalidOperationException">One of them was refused, or not done in time.</exception>
    public void AddSubscribers(string prefix, int channels, int each)
    {
        var names = Enumerable.Range(0, channels).Select(i => Server.Channel(prefix + i)).ToList();
        var clients = _connector.Connect([.. names.SelectMany(name => Enumerable.Repeat(name, each))], subscribe: true, Ledger);
        _clients.AddRange(clients);
        _channels.AddRange(names.Zip(clients.Chunk(each), (name, subscribers) => new Channel(name, subscribers)));
    }

    /// <summary>Connects clients that only publish, in one channel after another.</summary>
    /// <param name="count">How many.</param>
    /// <param name="data">The payload, as JSON.</param>
    /// <exception cref="InvalidOperationException">One of them was refused, or not done in time.</exception>
    public void AddPublishers(int count, string data)
    {
        // Where there are more channels than publishers, each publishes in several.
        var channels = Enumerable.Range(0, Math.Max(count, _channels.Count)).Select(i => _channels[i % _channels.Count]).ToList();
        var clients = _connector.Connect([.. channels.Take(count).Select(channel => channel.Name)], subscribe: false, Ledger);
        _clients.AddRange(clients);
        _publishers.AddRange(channels.Select((channel, i) => new Publisher(clients[i % count], channel, dialect.Publication(channel.Name, data))));
    }

    /// <summary>Lets every subscriber publish, too: one of each channel, then the next of each.</summary>
    /// <param name="data">The payload, as JSON.</param>
    public void LetSubscribersPublish(string data)
    {
        var all = _channels.SelectMany(channel => channel.Subscribers.Select((client, number) => (Channel: channel, Client: client, Number: number)));
        _publishers.AddRange(all.OrderBy(one => one.Number).Select(one => new Publisher(one.Client, one.Channel, dialect.Publication(one.Channel.Name, data))));
    }

    public override void Publish(long scheduled)
    {
        var publisher = _publishers[_turn++ % _publishers.Count];
        publisher.Publish(Ledger.Begin(scheduled, publisher.Channel.Subscribers.Count));
    }

    public override void KeepAlive() => _clients.ForEach(dialect.KeepAlive);
}
