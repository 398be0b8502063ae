namespace RealtimeGateway.Client.Connections;

/// <summary>
/// How long to wait before each attempt: a random time between 0 and a bound, which doubles with each attempt. The randomness is
/// what spreads clients that lost their connections in the same moment.
/// </summary>
internal sealed class ReconnectDelays(TimeSpan first, TimeSpan max, Random random)
{
    /// <summary>The time before an attempt, the first being 1.</summary>
    public TimeSpan Before(int attempt) => BoundOf(attempt) * random.NextDouble();

    /// <summary>What the time before this attempt stays below.</summary>
    public TimeSpan BoundOf(int attempt)
    {
        var factor = Math.Pow(2, Math.Min(attempt - 1, 62));
        return factor >= max / first ? max : first * factor;
    }
}
