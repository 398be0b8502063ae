using System.Globalization;
using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>What the gateway, with permissions, positions and history, is to cost at most beside bare SignalR.</summary>
/// <param name="Scenario">Where that is measured.</param>
/// <param name="Case">Under which load.</param>
/// <param name="Metric">What it is of.</param>
/// <param name="AtMost">The median of the ratios.</param>
internal sealed record Goal(string Scenario, string Case, string Metric, double AtMost)
{
    private const string Gateway = "gateway";

    public static IReadOnlyList<Goal> All { get; } =
    [
        new("fanout", "window 1", Metrics.CpuPerDelivery, 0.5),
        new("fanout", "window 8", Metrics.CpuPerDelivery, 0.65),
        new("chat", "window 8", Metrics.CpuPerDelivery, 0.9),
        new("chat", "window 64", Metrics.CpuPerDelivery, 0.9),
        new("idle", "5,000 connections", Metrics.MemoryPerConnection, 0.8),
    ];

    /// <summary>Its row in the table of goals.</summary>
    public string RowOf(RunResult run)
    {
        var measured = run.Scenarios.FirstOrDefault(scenario => scenario.Name == Scenario)?.Cases.FirstOrDefault(one => one.Name == Case);
        var ratio = measured?.Series.FirstOrDefault(series => series.Name == Gateway) is { } series ? measured.Ratio(series, Metric) : default;
        var verdict = measured is null || ratio.Pairs < measured.Pairs ? "not measured" : ratio.Median <= AtMost ? "met" : "not met";
        return string.Create(CultureInfo.InvariantCulture, $"| {Scenario}, {Case}: {Metric} | {AtMost:0.00} | {(measured is null ? string.Empty : ratio)} | {verdict} |");
    }
}
