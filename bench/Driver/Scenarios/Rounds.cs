using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>
/// Contenders are measured one after the other, so that whatever else the machine does meets each of them: in every round each has some
/// turns, and the mean of them is its measurement. For a round with an invalid measurement there is another, a few times.
/// </summary>
/// <param name="wanted">Valid pairs that each contender is to have.</param>
/// <param name="turns">Of each contender in a round, 1 or more.</param>
internal sealed class Rounds(int wanted, int turns)
{
    private const int MoreForInvalidOnes = 3;

    public CaseResult Compare(string name, IReadOnlyList<string> metrics, IReadOnlyList<Contender> contenders)
    {
        Console.WriteLine($"  {name}");
        var rounds = contenders.Select(_ => new List<Measurement>()).ToList();
        var result = new CaseResult(name, metrics, wanted, [.. contenders.Zip(rounds, (contender, list) => new SeriesResult(contender.Name, contender.Reference, list))]);
        for (var round = 1; round <= wanted + MoreForInvalidOnes && (round <= wanted || result.TooFew.Any()); round++)
        {
            Console.WriteLine($"    round {round}");
            foreach (var (measurement, i) in Measure(contenders).Select((measurement, i) => (measurement, i)))
            {
                Console.WriteLine($"      {contenders[i].Name}: {Describe(measurement, metrics)}");
                rounds[i].Add(measurement);
            }
        }

        return result;
    }

    private IEnumerable<Measurement> Measure(IReadOnlyList<Contender> contenders)
    {
        var measured = contenders.Select(_ => new List<Measurement>()).ToList();
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var (contender, list) in contenders.Zip(measured))
            {
                list.Add(Measurement.Try(contender.Measure));
            }
        }

        return measured.Select(Measurement.Mean);
    }

    private static string Describe(Measurement measurement, IEnumerable<string> metrics)
    {
        string[] shown = [.. metrics, Metrics.ServerBusy, Metrics.DriverBusy];
        var values = shown.Where(measurement.Values.ContainsKey).Select(metric => FormattableString.Invariant($"{metric} {measurement.Values[metric]:0.##}"));
        return string.Join(", ", measurement.Invalid is null ? values : ["INVALID: " + measurement.Invalid, .. values]);
    }
}
