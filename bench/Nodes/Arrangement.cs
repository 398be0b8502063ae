namespace RealtimeGateway.Bench.Nodes;

/// <summary>Nodes that are measured together, and what came of it in each round.</summary>
internal sealed record Arrangement(string Name, IReadOnlyList<Server> Nodes)
{
    private readonly List<Rate> _rates = [];

    public async Task MeasureAsync(Load load, bool counts)
    {
        await using var measurement = new Measurement(load, [.. Nodes.Select(node => node.Address)]);
        var rate = await measurement.RunAsync();
        if (counts)
        {
            _rates.Add(rate);
        }
    }

    /// <summary>Its row: medians, and the ratios to another of the same round.</summary>
    public string RowAgainst(Arrangement other)
    {
        var ratios = _rates.Zip(other._rates, (mine, its) => mine.Publications / its.Publications).ToArray();
        var deliveries = _rates.Zip(other._rates, (mine, its) => mine.Deliveries / its.Deliveries).ToArray();
        return FormattableString.Invariant(
            $"| {Name} | {Median(_rates.Select(rate => rate.Publications)):N0} | {Median(_rates.Select(rate => rate.Deliveries)):N0} | {Spread(ratios)} | {Spread(deliveries)} |");
    }

    private static string Spread(double[] ratios) => FormattableString.Invariant($"{Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");

    private static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
