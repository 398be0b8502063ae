using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>The two hub protocols, of the gateway and of bare SignalR.</summary>
internal sealed class Formats : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery, Metrics.Deliveries];
    private static readonly int[] Windows = [1, 8];

    public override string Name => "formats";

    public override string Title => "JSON and MessagePack: one channel, 500 subscribers, 4 publishers, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var bare = stage.Start(() => Peer.BareSignalR(stage.Options).Start());
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        var bareJson = Arrange(stage, bare, "JSON", bare.Dialect);
        var barePack = Arrange(stage, bare, "MessagePack", new SignalRMessagePack(Peer.BareSignalRHub));
        var json = Arrange(stage, gateway, "JSON", gateway.Dialect);
        var pack = Arrange(stage, gateway, "MessagePack", new SignalRMessagePack(Gateway.Hub));
        (Arrangement, Arrangement?)[] series = [(bareJson, null), (json, bareJson), (barePack, bareJson), (pack, barePack)];
        return [.. Windows.Select(window => stage.Compare($"window {window}", new ClosedLoop(window), Compared, series))];
    }

    private static WebSocketArrangement Arrange(Stage stage, Server server, string format, Dialect dialect) =>
        stage.Arrange($"{server.Name}, {format}", server, dialect, arrangement =>
        {
            arrangement.AddSubscribers(format + "-", channels: 1, each: 500);
            arrangement.AddPublishers(4, $"\"{Payload.Text}\"");
        });
}
