using System.Globalization;
using System.Text;
using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>results.svg: the server's CPU time for a delivery relative to bare SignalR, a bar for each median, a whisker from the least to the greatest.</summary>
internal static class Plot
{
    private const int Width = 860;
    private const int Left = 220;
    private const int RowHeight = 20;
    private const int GroupGap = 34;
    private const int Top = 56;

    // What is far off is cut there, and its number tells how far.
    private const double End = 2.5;

    private static readonly string[] Scenarios = ["fanout", "chat"];

    public static string Of(RunResult run)
    {
        var groups = run.Scenarios.Where(scenario => Scenarios.Contains(scenario.Name)).SelectMany(scenario => scenario.Cases.Select(one => (scenario, one))).ToList();
        var height = Top + groups.Sum(group => GroupGap + (RowHeight * Compared(group.one).Count())) + 30;
        var svg = new StringBuilder();
        svg.AppendLine(Text($"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="12">"""));
        svg.AppendLine("""<rect width="100%" height="100%" fill="white"/>""");
        svg.AppendLine("""<text x="16" y="24" font-size="15">The server's CPU time for a delivery, relative to bare SignalR in the same round (less is better)</text>""");
        svg.AppendLine("""<text x="16" y="42" fill="#666">Bar: median of the rounds. Whisker: least to greatest. What is beyond 2.5 is cut there.</text>""");
        for (var mark = 0.0; mark <= End; mark += 0.5)
        {
            var color = mark == 1 ? "#333" : "#ddd";
            svg.AppendLine(Text($"""<line x1="{X(mark):0.#}" y1="{Top}" x2="{X(mark):0.#}" y2="{height - 24}" stroke="{color}"/><text x="{X(mark):0.#}" y="{height - 8}" text-anchor="middle" fill="#666">{mark:0.0}</text>"""));
        }

        var y = Top;
        foreach (var (scenario, one) in groups)
        {
            y += GroupGap;
            svg.AppendLine(Text($"""<text x="16" y="{y - 8}" font-weight="bold">{scenario.Name}, {one.Name}</text>"""));
            foreach (var series in Compared(one))
            {
                AppendBar(svg, y, series.Name, one.Ratio(series, Metrics.CpuPerDelivery));
                y += RowHeight;
            }
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static IEnumerable<SeriesResult> Compared(CaseResult one) => one.Series.Where(series => series.Reference is not null);

    private static void AppendBar(StringBuilder svg, int y, string name, Ratio ratio)
    {
        var middle = y + (RowHeight / 2);
        svg.AppendLine(Text($"""<text x="{Left - 8}" y="{middle + 4}" text-anchor="end">{name}</text>"""));
        if (ratio.Pairs > 0)
        {
            var color = name.StartsWith("gateway", StringComparison.Ordinal) ? "#2a6f97" : "#b8b8b8";
            svg.AppendLine(Text($"""<rect x="{Left}" y="{y + 3}" width="{X(ratio.Median) - Left:0.#}" height="{RowHeight - 6}" fill="{color}"/>"""));
            svg.AppendLine(Text($"""<line x1="{X(ratio.Min):0.#}" y1="{middle}" x2="{X(ratio.Max):0.#}" y2="{middle}" stroke="black"/>"""));
        }

        svg.AppendLine(Text($"""<text x="{X(ratio.Pairs > 0 ? ratio.Max : 0) + 6:0.#}" y="{middle + 4}">{(ratio.Pairs > 0 ? ratio.Median.ToString("0.00", CultureInfo.InvariantCulture) : "no valid pair")}</text>"""));
    }

    private static double X(double ratio) => Left + (Math.Min(ratio, End) / End * (Width - Left - 60));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
