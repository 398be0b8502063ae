using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>Whether a delivery costs the same in large channels and small ones, and however many channels there are.</summary>
internal sealed class Scale : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery];

    // The first is what the others are compared with.
    private static readonly int[] Audiences = [500, 10, 100, 2_000, 5_000];
    private static readonly int[] ChannelCounts = [1, 10, 100, 500];

    public override string Name => "scale";

    public override string Title => "the gateway's CPU time for a delivery, 4 publishers, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        var audiences = Audiences.Select(count => Arrange(stage, gateway, $"{count} subscribers", channels: 1, each: count)).ToArray();

        // One publication at a time, so that a subscriber gets each by itself whether it goes round one channel or many.
        var channels = ChannelCounts.Select(count => Arrange(stage, gateway, $"{count} channels", channels: count, each: 10)).ToArray();
        return
        [
            Compare(stage, "one channel, window 8", window: 8, audiences),
            Compare(stage, "10 subscribers in each channel, window 1", window: 1, channels),
        ];
    }

    private static CaseResult Compare(Stage stage, string name, int window, Arrangement[] arrangements) =>
        stage.Compare(name, new ClosedLoop(window), Compared, [.. arrangements.Select((arrangement, i) => (arrangement, i == 0 ? null : arrangements[0]))]);

    private static WebSocketArrangement Arrange(Stage stage, Server gateway, string name, int channels, int each) =>
        stage.Arrange(name, gateway, gateway.Dialect, arrangement =>
        {
            arrangement.AddSubscribers(name.Replace(' ', '-') + "-", channels, each);
            arrangement.AddPublishers(4, $"\"{Payload.Text}\"");
        });
}
