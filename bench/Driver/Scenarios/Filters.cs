using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>Subscribers with filters: what a filter costs has to follow how many different ones there are, not how many subscribers have one.</summary>
internal sealed class Filters : Scenario
{
    private const int Distinct = 20;

    private static readonly string[] Compared = [Metrics.CpuPerDelivery, Metrics.CpuPerPublication, Metrics.Deliveries];

    public override string Name => "filters";

    public override string Title => "one channel, 20 different filters over the subscribers, each of which lets everything through";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        return [stage.Compare("window 8", new ClosedLoop(8), Compared, [.. Series(stage, gateway, 200), .. Series(stage, gateway, 1_000)])];
    }

    // Without filters, and with.
    private static IEnumerable<(Arrangement, Arrangement?)> Series(Stage stage, Server gateway, int subscribers)
    {
        var plain = Arrange(stage, gateway, $"{subscribers} subscribers", gateway.Dialect, subscribers);
        var filtered = Arrange(stage, gateway, $"{subscribers} subscribers, {Distinct} filters", new SignalRFilters(Gateway.Hub, Distinct), subscribers);
        return [(plain, null), (filtered, plain)];
    }

    private static WebSocketArrangement Arrange(Stage stage, Server gateway, string name, Dialect dialect, int subscribers) =>
        stage.Arrange(name, gateway, dialect, arrangement =>
        {
            arrangement.AddSubscribers(name.Replace(' ', '-') + "-", channels: 1, each: subscribers);
            arrangement.AddPublishers(4, SignalRFilters.Data);
        });
}
