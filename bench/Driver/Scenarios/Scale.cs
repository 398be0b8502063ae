using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>Whether a delivery costs the same in large channels and small ones, and in one channel and many.</summary>
internal sealed class Scale : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery];
    private static readonly int[] Audiences = [500, 10, 100, 2_000, 5_000];
    private static readonly int[] ChannelCounts = [1, 10, 100, 500];

    public override string Name => "scale";

    public override string Title => "the gateway's CPU time for a delivery, 4 publishers, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        return
        [
            Compare(stage, "one channel, window 8", [.. Audiences.Select(count => Arrange(stage, gateway, $"{count} subscribers", channels: 1, count))]),
            Compare(stage, "500 subscribers, window 8", [.. ChannelCounts.Select(count => Arrange(stage, gateway, $"in {count} channels", count, 500 / count))]),
        ];
    }

    private static CaseResult Compare(Stage stage, string name, Arrangement[] arrangements) =>
        stage.Compare(name, stage.ClosedLoop(8), Compared, [.. arrangements.Select((arrangement, i) => (arrangement, i == 0 ? null : arrangements[0]))]);

    private static WebSocketArrangement Arrange(Stage stage, Server gateway, string name, int channels, int each) =>
        stage.Arrange(name, gateway, gateway.Dialect, arrangement =>
        {
            arrangement.AddSubscribers(name.Replace(' ', '-') + "-", channels, each);
            arrangement.AddPublishers(4, $"\"{Payload.Text}\"");
        });
}
