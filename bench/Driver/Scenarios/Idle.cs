using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Native;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>
/// Connections that only are there: what they take of the memory, how fast they come, and how soon all are back when all are lost at once.
/// Each measurement is of a server that has just been started, because none gives its memory back.
/// </summary>
internal sealed class Idle : Scenario
{
    private const int Connections = 5_000;
    private const int First = 2_000;

    private static readonly TimeSpan FirstSettling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly string[] Compared = [Metrics.MemoryPerConnection, Metrics.Connects, Metrics.Storm];

    public override string Name => "idle";

    public override string Title => "5,000 idle sessions: resident memory, connects a second, and a reconnect storm of all of them";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var bare = Contend("bare SignalR", reference: null, () => Peer.BareSignalR(stage.Options).Start());
        Contender[] contenders =
        [
            bare,
            Contend("gateway", bare.Name, () => Gateway.StartFull(stage.Options.Gateway)),
            .. stage.Installed(Peer.SocketIo(stage.Options), Peer.Nchan(stage.Options), Peer.Nats(stage.Options)).Select(peer => Contend(peer.Name, bare.Name, peer.Start)),
        ];
        return [new Rounds(stage.Options.Rounds, turns: 1).Compare("5,000 connections", Compared, contenders)];
    }

    private static Contender Contend(string name, string? reference, Func<Server> start) => new(name, reference, () => Measure(start));

    private static Measurement Measure(Func<Server> start)
    {
        using var server = start();
        using var reactor = new Reactor();
        var connector = new Connector(server, server.Dialect, reactor);

        // The code for all of it is compiled for good, and what a server sets up once is there.
        _ = Connect(connector, First);
        Wait(reactor, FirstSettling);
        var before = ResidentMemory.Of(server.Processes);

        var since = Stopwatch.GetTimestamp();
        var clients = Connect(connector, Connections);
        var connected = Stopwatch.GetElapsedTime(since);
        Wait(reactor, Settling);
        var after = ResidentMemory.Of(server.Processes);

        since = Stopwatch.GetTimestamp();
        reactor.Close(clients.ToHashSet<Link>());
        _ = Connect(connector, Connections);
        return new Measurement(null, new Dictionary<string, double>
        {
            [Metrics.MemoryPerConnection] = (after - before) / (double)Connections,
            [Metrics.Connects] = Connections / connected.TotalSeconds,
            [Metrics.Storm] = Stopwatch.GetElapsedTime(since).TotalSeconds,
        });
    }

    private static List<WebSocketClient> Connect(Connector connector, int count) =>
        connector.Connect([.. Enumerable.Repeat("none", count)], subscribe: false, new Ledger());

    private static void Wait(Reactor reactor, TimeSpan time) => _ = reactor.Until(() => false, time);
}
