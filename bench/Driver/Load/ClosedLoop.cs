using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>
/// A number of publications in flight at any time: when every subscriber has one, the next begins, and its time counts from then on.
/// </summary>
/// <param name="InFlight">How many, 1 or more.</param>
/// <param name="WarmUp">How long it goes before anything counts.</param>
/// <param name="Time">How long it is measured.</param>
internal sealed record ClosedLoop(int InFlight, TimeSpan WarmUp, TimeSpan Time) : ILoad
{
    public Measurement Run(Arrangement arrangement)
    {
        while (arrangement.Ledger.TryTakeCompletion(out _))
        {
            // Those of an earlier measurement begin nothing here.
        }

        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < InFlight; i++)
        {
            arrangement.Publish(begun);
        }

        GoOn(arrangement, WarmUp);
        var window = Window.Open(arrangement);
        GoOn(arrangement, Time);
        return window.Close();
    }

    // It does not sleep: a server whose every send has to wake the driver would be measured with that.
    private static void GoOn(Arrangement arrangement, TimeSpan time)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            arrangement.Reactor.Poll(milliseconds: 0);
            while (arrangement.Ledger.TryTakeCompletion(out var completed))
            {
                arrangement.Publish(completed);
            }
        }
    }
}
