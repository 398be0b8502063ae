using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Publications on a schedule that waits for nobody, each timed from when it was due.</summary>
/// <param name="Rate">Publications a second.</param>
internal sealed record OpenLoop(double Rate) : ILoad
{
    /// <summary>How much later than it was due a publication may be sent; beyond it the measurement is of the driver.</summary>
    public static readonly TimeSpan LatestStart = TimeSpan.FromMilliseconds(5);

    public Measurement Run(Arrangement arrangement, TimeSpan warmUp, TimeSpan time)
    {
        _ = GoOn(arrangement, warmUp);
        var window = Window.Open(arrangement);
        var latest = GoOn(arrangement, time);
        return window.Close(latest <= LatestStart
            ? null
            : FormattableString.Invariant($"The driver fell behind its schedule by {latest.TotalMilliseconds:0.0} ms."));
    }

    // How much later than due the latest was sent.
    private TimeSpan GoOn(Arrangement arrangement, TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        var end = begun + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var latest = 0L;
        for (var number = 0; ; number++)
        {
            var due = begun + (long)(number / Rate * Stopwatch.Frequency);
            if (due >= end)
            {
                return Stopwatch.GetElapsedTime(0, latest);
            }

            while (Stopwatch.GetTimestamp() < due)
            {
                arrangement.Reactor.Rest(arrangement.Reactor.Poll(milliseconds: 0));
            }

            latest = Math.Max(latest, Stopwatch.GetTimestamp() - due);
            arrangement.Publish(due);
        }
    }
}
