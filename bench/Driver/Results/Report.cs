using System.Globalization;
using System.Text;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>RESULTS.md: ratios, and what has to be known to read them. It has no absolute times, which are of one machine on one day.</summary>
internal static class Report
{
    public static string Of(RunResult run)
    {
        var text = new StringBuilder();
        text.AppendLine("# Results").AppendLine();
        text.AppendLine("Written by `bench/run.sh`; [README](README.md) says what is measured and how to read it. Every number is a ratio of two measurements of the");
        text.AppendLine("same round: the median of all rounds (least to greatest). Of CPU time, memory and latency less is better.").AppendLine();
        foreach (var line in run.Machine)
        {
            text.AppendLine($"- {line}");
        }

        text.AppendLine().AppendLine("## Goals").AppendLine();
        text.AppendLine("With permissions by role, positions and history, against bare SignalR:").AppendLine();
        text.AppendLine("| | at most | measured | |").AppendLine("|---|---|---|---|");
        foreach (var goal in Goal.All)
        {
            text.AppendLine(goal.RowOf(run));
        }

        text.AppendLine().AppendLine("![The server's CPU time for a delivery, relative to bare SignalR](results.svg)");
        foreach (var scenario in run.Scenarios)
        {
            text.AppendLine().AppendLine($"## {scenario.Name}").AppendLine();
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{Sentence(scenario.Title)} {scenario.At:yyyy-MM-dd}.")).AppendLine();
            text.Append(RatioTable.Of(scenario));
            AppendList(text, "Left out:", scenario.LeftOut);
            AppendList(text, "Invalid, and in no ratio:", scenario.Cases.SelectMany(Invalid));
        }

        return text.ToString();
    }

    private static string Sentence(string title) => char.ToUpperInvariant(title[0]) + title[1..] + ".";

    private static void AppendList(StringBuilder text, string title, IEnumerable<string> items)
    {
        var lines = items.Select(item => $"- {item}").ToList();
        if (lines.Count > 0)
        {
            text.AppendLine().AppendLine(title).AppendLine().AppendLine(string.Join(Environment.NewLine, lines));
        }
    }

    private static IEnumerable<string> Invalid(CaseResult one) =>
        from series in one.Series
        from reason in series.Rounds.Select(measurement => measurement.Invalid).OfType<string>().CountBy(reason => reason)
        select $"{one.Name}, {series.Name}, {reason.Value} of {series.Rounds.Count}: {reason.Key}";
}
