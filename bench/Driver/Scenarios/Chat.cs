using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>Many small channels, in which everybody speaks: what is published costs more there than what is delivered.</summary>
internal sealed class Chat : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery, Metrics.Deliveries, Metrics.P50, Metrics.P99];
    private static readonly int[] Windows = [8, 64];

    public override string Name => "chat";

    public override string Title => "1,000 channels with 4 members each, all of whom publish, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var bare = stage.Arrange(stage.Start(() => Peer.BareSignalR(stage.Options).Start()), Populate);
        var gateway = stage.Arrange(stage.Start(() => Gateway.StartFull(stage.Options.Gateway)), Populate);
        var others = stage.StartInstalled(Peer.SocketIo(stage.Options)).Select(server => stage.Arrange(server, Populate));
        (Arrangement, Arrangement?)[] series = [(bare, null), (gateway, bare), .. others.Select(other => ((Arrangement)other, (Arrangement?)bare))];
        return [.. Windows.Select(window => stage.Compare($"window {window}", new ClosedLoop(window), Compared, series))];
    }

    private static void Populate(WebSocketArrangement arrangement)
    {
        arrangement.AddSubscribers("room-", channels: 1_000, each: 4);
        arrangement.LetSubscribersPublish($"\"{Payload.Text}\"");
    }
}
