using System.Text;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>The ratios of a scenario as a table in Markdown: a row for each series of each case.</summary>
internal static class RatioTable
{
    public static string Of(ScenarioResult scenario)
    {
        var metrics = scenario.Cases.SelectMany(one => one.Metrics).Distinct().ToList();
        var table = new StringBuilder()
            .AppendLine($"| | | against | {string.Join(" | ", metrics)} | pairs |")
            .AppendLine($"|---|---|---|{string.Concat(metrics.Select(_ => "---|"))}---|");
        foreach (var one in scenario.Cases)
        {
            foreach (var series in one.Series.Where(series => series.Reference is not null))
            {
                var cells = metrics.Select(metric => one.Metrics.Contains(metric) ? one.Ratio(series, metric).ToString() : string.Empty);
                var pairs = one.Ratio(series, one.Metrics[0]).Pairs;
                table.AppendLine($"| {one.Name} | {series.Name} | {series.Reference} | {string.Join(" | ", cells)} | {pairs}{(pairs < one.Pairs ? " (too few)" : string.Empty)} |");
            }
        }

        return table.ToString();
    }
}
