using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>What it costs to be able to be many nodes, and to be two. The nodes and Redis share one processor here, and all of it counts.</summary>
internal sealed class OverRedis : Scenario
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery, Metrics.CpuPerPublication, Metrics.Publications, Metrics.P50];

    public override string Name => "redis";

    public override string Title => "10 channels with 10 subscribers each, 8 publishers, 100 bytes of data";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        var memory = stage.Arrange("one node, in memory", gateway, gateway.Dialect, Populate);
        Server[] others = stage.Has("nodes over Redis", Redis.Program)
            ? [stage.Start(() => Gateway.StartOverRedis(stage.Options.Gateway, nodes: 1)), stage.Start(() => Gateway.StartOverRedis(stage.Options.Gateway, nodes: 2))]
            : [];
        (Arrangement, Arrangement?)[] series = [(memory, null), .. others.Select(server => ((Arrangement)stage.Arrange(server, Populate), (Arrangement?)memory))];
        return [stage.Compare("window 32", new ClosedLoop(32), Compared, series)];
    }

    // Clients are spread over the nodes by their numbers, so that each channel has subscribers on every node, and publishers.
    private static void Populate(WebSocketArrangement arrangement)
    {
        arrangement.AddSubscribers("room-", channels: 10, each: 10);
        arrangement.AddPublishers(8, $"\"{Payload.Text}\"");
    }
}
