using System.ComponentModel;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>What was measured once.</summary>
/// <param name="Invalid">Why it is worth nothing; null if it is valid.</param>
/// <param name="Values">By the names of <see cref="Metrics"/>.</param>
internal sealed record Measurement(string? Invalid, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>One that could not be made.</summary>
    public static Measurement Failed(string reason) => new(reason, new Dictionary<string, double>());

    /// <summary>Measures what may be gone: a server that has ended takes nobody's measurements with it but its own.</summary>
    public static Measurement Try(Func<Measurement> measure)
    {
        try
        {
            return measure();
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or Win32Exception)
        {
            return Failed(exception.Message);
        }
    }

    /// <summary>The mean of several, one turn each. If one is invalid, all of it is.</summary>
    public static Measurement Mean(IReadOnlyList<Measurement> turns) =>
        turns.FirstOrDefault(turn => turn.Invalid is not null)
        ?? new Measurement(null, turns[0].Values.Keys.ToDictionary(metric => metric, metric => turns.Average(turn => turn.Values[metric])));
}
