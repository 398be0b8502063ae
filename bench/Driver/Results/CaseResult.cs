using System.Text.Json.Serialization;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>Arrangements that were measured in turns under the same load.</summary>
/// <param name="Name">What the load is.</param>
/// <param name="Metrics">What is compared, by the names of <see cref="Load.Metrics"/>.</param>
/// <param name="Pairs">How many valid pairs a series needs to count.</param>
/// <param name="Series">One for each arrangement.</param>
internal sealed record CaseResult(string Name, IReadOnlyList<string> Metrics, int Pairs, IReadOnlyList<SeriesResult> Series)
{
    /// <summary>What was compared too rarely: something was invalid too often.</summary>
    [JsonIgnore]
    public IEnumerable<string> TooFew => Series.Where(series => Ratio(series, Metrics[0]).Pairs < Pairs).Select(series => series.Name);

    /// <summary>How a series stands to its reference, round by round. Rounds in which either is invalid are left out.</summary>
    public Ratio Ratio(SeriesResult series, string metric)
    {
        var reference = Series.First(other => other.Name == (series.Reference ?? series.Name));
        return Results.Ratio.Of(series.Rounds.Zip(reference.Rounds)
            .Where(pair => pair.First.Invalid is null && pair.Second.Invalid is null)
            .Select(pair => pair.First.Values[metric] / pair.Second.Values[metric]));
    }
}
