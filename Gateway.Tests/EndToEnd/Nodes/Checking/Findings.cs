using System.Globalization;
using System.Text;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>What is wrong with a run, and how much there was of it.</summary>
internal sealed class Findings
{
    private const int Examples = 5;

    private readonly Dictionary<Violation, (int Count, List<string> Examples)> _violations =
        Enum.GetValues<Violation>().ToDictionary(violation => violation, _ => (0, new List<string>()));

    public Findings(HistoryChecker run)
    {
        var subscriptions = run.Subscribers.SelectMany(subscriber => subscriber.Subscriptions).ToArray();
        Subscriptions = subscriptions.Length;
        Acknowledged = run.Attempts.Count(attempt => attempt.AcknowledgedAt is not null);
        Refused = run.Attempts.Count(attempt => attempt.IsRefused);
        Unknown = run.Attempts.Count - Acknowledged - Refused;
        foreach (var subscription in subscriptions)
        {
            Delivered += subscription.Heard.Count(heard => heard is { Kind: HeardKind.Event, IsReplayed: false });
            Replayed += subscription.Heard.Count(heard => heard is { Kind: HeardKind.Event, IsReplayed: true });
        }

        Recovered = subscriptions.Count(subscription => subscription.Recovered is true);
        NotRecovered = subscriptions.Where(subscription => subscription.Recovered is false)
            .GroupBy(subscription => subscription.Reason ?? string.Empty)
            .ToDictionary(reason => reason.Key, reason => reason.Count());
        Gaps = run.Subscribers.SelectMany(subscriber => subscriber.Gaps)
            .GroupBy(gap => gap.Key, gap => gap.Value)
            .ToDictionary(reason => reason.Key, reason => reason.Sum());
    }

    /// <summary>Publications that were acknowledged.</summary>
    public int Acknowledged { get; }

    /// <summary>Publications that were refused for good.</summary>
    public int Refused { get; }

    /// <summary>Publications of which nobody knows what became of them.</summary>
    public int Unknown { get; }

    /// <summary>Live events that subscribers got.</summary>
    public int Delivered { get; }

    /// <summary>Events that they got from history.</summary>
    public int Replayed { get; }

    /// <summary>Subscriptions of one channel.</summary>
    public int Subscriptions { get; }

    /// <summary>Those that were answered <c>recovered: true</c>.</summary>
    public int Recovered { get; }

    /// <summary>Those that were answered <c>recovered: false</c>, by the reason.</summary>
    public IReadOnlyDictionary<string, int> NotRecovered { get; }

    /// <summary>How often a subscriber was told of a gap in a channel, by the reason.</summary>
    public IReadOnlyDictionary<string, int> Gaps { get; }

    /// <summary>All that is wrong: for each violation its count and the first few sentences.</summary>
    public IReadOnlyList<string> All =>
    [
        .. _violations.Where(entry => entry.Value.Count > 0)
            .SelectMany(entry => entry.Value.Examples.Prepend($"{entry.Key}: {entry.Value.Count}")),
    ];

    /// <summary>How often it was violated.</summary>
    public int Of(Violation violation) => _violations[violation].Count;

    public void Add(Violation violation, string sentence)
    {
        var (count, examples) = _violations[violation];
        if (count < Examples)
        {
            examples.Add("  " + sentence);
        }

        _violations[violation] = (count + 1, examples);
    }

    public void AddAll(Violation violation, IEnumerable<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            Add(violation, sentence);
        }
    }

    /// <summary>All counts, as a table.</summary>
    public override string ToString()
    {
        var table = new StringBuilder();
        Row("publications acknowledged", Acknowledged);
        Row("publications refused", Refused);
        Row("publications of unknown outcome", Unknown);
        Row("events delivered live", Delivered);
        Row("events replayed", Replayed);
        Row("subscriptions of a channel", Subscriptions);
        Row("recovered", Recovered);
        foreach (var (reason, count) in NotRecovered)
        {
            Row($"not recovered, {reason}", count);
        }

        foreach (var (reason, count) in Gaps)
        {
            Row($"gaps told, {reason}", count);
        }

        foreach (var (violation, (count, _)) in _violations)
        {
            Row(violation.ToString(), count);
        }

        return table.ToString();

        void Row(string name, int count) => table.Append(CultureInfo.InvariantCulture, $"{name,-36}{count,10}\n");
    }
}
