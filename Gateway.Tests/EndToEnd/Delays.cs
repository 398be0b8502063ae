namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>How long things took, and when. Written by one thread, read when that is done.</summary>
internal sealed class Delays
{
    private readonly List<(long At, double Milliseconds)> _all = [];

    /// <param name="from">When it began, as a timestamp of the system's clock.</param>
    /// <param name="to">When it was done.</param>
    public void Add(long from, long to) => _all.Add((to, TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds));

    /// <summary>
    /// The 99th percentile of a typical second within a time, in milliseconds: the median over its seconds, so that one in which the
    /// machine was busy with something else does not decide.
    /// </summary>
    public static double TypicalP99(IReadOnlyCollection<Delays> all, long begin, long end)
    {
        var seconds = all
            .SelectMany(delays => delays._all)
            .Where(delay => delay.At >= begin && delay.At < end)
            .GroupBy(delay => (int)TimeProvider.System.GetElapsedTime(begin, delay.At).TotalSeconds)
            .Select(second => Quantile(second.Select(delay => delay.Milliseconds), 0.99));
        return Quantile(seconds, 0.5);
    }

    private static double Quantile(IEnumerable<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(sorted.Length * quantile)];
    }
}
