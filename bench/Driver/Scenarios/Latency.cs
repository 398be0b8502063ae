using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>How long a delivery takes under a load that waits for nobody, and that every server can carry.</summary>
internal sealed class Latency : Scenario
{
    private const int Rate = 40;

    private static readonly string[] Compared = [Metrics.P50, Metrics.P90, Metrics.P99, Metrics.Max, Metrics.CpuPerDelivery];

    public override string Name => "latency";

    public override string Title => "one channel, 500 subscribers, publications on a schedule, 100 bytes of data; times are from when each was due";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var bare = stage.Arrange(stage.Start(() => Peer.BareSignalR(stage.Options).Start()), Populate);
        Server[] others =
        [
            stage.Start(() => Gateway.StartFull(stage.Options.Gateway)),
            .. stage.StartInstalled(Peer.SocketIo(stage.Options), Peer.Nchan(stage.Options), Peer.Nats(stage.Options)),
        ];
        (Arrangement, Arrangement?)[] series = [(bare, null), .. others.Select(server => ((Arrangement)stage.Arrange(server, Populate), (Arrangement?)bare))];
        return [stage.Compare($"{Rate} publications a second", new OpenLoop(Rate), Compared, series)];
    }

    private static void Populate(WebSocketArrangement arrangement)
    {
        arrangement.AddSubscribers("room-", channels: 1, each: 500);
        arrangement.AddPublishers(4, $"\"{Payload.Text}\"");
    }
}
