using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Connects clients to a server, each as somebody else, some of them at a time.</summary>
/// <param name="server">Where.</param>
/// <param name="dialect">How it is spoken to.</param>
/// <param name="reactor">What reads for the clients.</param>
internal sealed class Connector(Server server, Dialect dialect, Reactor reactor)
{
    /// <summary>Clients that are on their way at once: fewer than the 511 that a listening server commonly keeps until it accepts them.</summary>
    public const int AtOnce = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _number;

    /// <summary>Connects one client for each channel named.</summary>
    /// <param name="channels">Where each will subscribe or publish.</param>
    /// <param name="subscribe">Whether it is to be subscribed.</param>
    /// <param name="ledger">Where deliveries are counted.</param>
    /// <exception cref="InvalidOperationException">One of them was refused, or not all were done in a minute.</exception>
    public List<WebSocketClient> Connect(IReadOnlyList<string> channels, bool subscribe, Ledger ledger)
    {
        var clients = new List<WebSocketClient>();
        var (subscribed, done) = (0, 0);
        var isInTime = reactor.Until(
            () =>
            {
                for (; clients.Count < channels.Count && clients.Count - done < AtOnce; clients.Add(Begin(channels[clients.Count], subscribe, ledger)))
                {
                }

                // They are served in the order in which they came, so the first that is not done is what all wait for.
                for (; subscribed < clients.Count && Check(clients[subscribed]).IsAnswered; subscribed++)
                {
                    if (subscribe)
                    {
                        dialect.Subscribe(clients[subscribed], channels[subscribed]);
                    }
                }

                for (; done < subscribed && Check(clients[done]).IsAnswered; done++)
                {
                }

                return done == channels.Count;
            },
            Patience);
        return isInTime ? clients : throw new InvalidOperationException($"{server.Name}: only {done} of {channels.Count} clients are connected after a minute.");
    }

    private WebSocketClient Begin(string channel, bool subscribes, Ledger ledger)
    {
        var client = WebSocketClient.Connect(server.Port(_number), dialect, channel, subscribes, server.Token(_number), ledger);
        _number++;
        reactor.Add(client);
        return client;
    }

    private WebSocketClient Check(WebSocketClient client) =>
        client.Failure is { } failure ? throw new InvalidOperationException($"{server.Name}: {failure}") : client;
}
