using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>
/// Contenders are measured one after the other, round after round, so that whatever else the machine does meets each of them. A first round
/// is for the compilers and does not count; a round with an invalid measurement has a few more in its place.
/// </summary>
/// <param name="wanted">Valid pairs that each contender is to have.</param>
internal sealed class Rounds(int wanted)
{
    private const int MoreForInvalidOnes = 3;

    public CaseResult Compare(string name, IReadOnlyList<string> metrics, IReadOnlyList<Contender> contenders)
    {
        Console.WriteLine($"  {name}");
        var rounds = contenders.Select(_ => new List<Measurement>()).ToList();
        var result = new CaseResult(name, metrics, wanted, [.. contenders.Zip(rounds, (contender, list) => new SeriesResult(contender.Name, contender.Reference, list))]);
        for (var round = 0; round <= wanted + MoreForInvalidOnes && (round <= wanted || result.TooFew.Any()); round++)
        {
            foreach (var (contender, list) in contenders.Zip(rounds))
            {
                var measurement = Measure(contender);
                Console.WriteLine($"    {(round == 0 ? "warm-up" : $"round {round}")}: {contender.Name}: {Describe(measurement)}");
                if (round > 0)
                {
                    list.Add(measurement);
                }
            }
        }

        return result;
    }

    private static Measurement Measure(Contender contender)
    {
        try
        {
            return contender.Measure();
        }
        catch (InvalidOperationException exception)
        {
            return Measurement.Failed(exception.Message);
        }
    }

    private static string Describe(Measurement measurement)
    {
        var values = measurement.Values.Select(value => FormattableString.Invariant($"{value.Key} {value.Value:0.###}"));
        return string.Join(", ", measurement.Invalid is null ? values : ["INVALID: " + measurement.Invalid, .. values]);
    }
}
