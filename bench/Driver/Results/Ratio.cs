using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>The ratios of pairs of measurements.</summary>
/// <param name="Pairs">How many there are.</param>
/// <param name="Median">NaN, like the others, where there are none.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The greatest.</param>
internal readonly record struct Ratio(int Pairs, double Median, double Min, double Max)
{
    public static Ratio Of(IEnumerable<double> ratios)
    {
        var sorted = ratios.Order().ToArray();
        return sorted.Length == 0
            ? new Ratio(0, double.NaN, double.NaN, double.NaN)
            : new Ratio(sorted.Length, (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }

    public override string ToString() =>
        Pairs == 0 ? "no valid pair" : string.Create(CultureInfo.InvariantCulture, $"{Median:0.00} ({Min:0.00} to {Max:0.00})");
}
