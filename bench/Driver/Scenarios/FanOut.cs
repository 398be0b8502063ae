using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>One channel with many subscribers: what the gateway is for.</summary>
internal sealed class FanOut : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery, Metrics.Deliveries, Metrics.P50, Metrics.P99];

    private static readonly int[] Windows = [1, 8];

    public override string Name => "fanout";

    public override string Title => "one channel, 500 subscribers, 4 publishers, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var bare = stage.Start(() => Peer.BareSignalR(stage.Options).Start());
        Server[] others =
        [
            stage.Start(() => Gateway.StartFull(stage.Options.Gateway)),
            stage.Start(() => Gateway.StartPlain(stage.Options.Gateway)),
            .. stage.StartInstalled(Peer.SocketIo(stage.Options), Peer.Nchan(stage.Options), Peer.Nats(stage.Options)),
        ];
        var reference = stage.Arrange(bare, Populate);
        (Arrangement, Arrangement?)[] series = [(reference, null), .. others.Select(server => ((Arrangement)stage.Arrange(server, Populate), (Arrangement?)reference))];
        return [.. Windows.Select(window => stage.Compare($"window {window}", new ClosedLoop(window), Compared, series))];
    }

    private static void Populate(WebSocketArrangement arrangement)
    {
        arrangement.AddSubscribers("room-", channels: 1, each: 500);
        arrangement.AddPublishers(4, $"\"{Payload.Text}\"");
    }
}
