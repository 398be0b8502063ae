using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>
/// A number of publications in flight at any time: when every subscriber has one, the next begins, and its time counts from then on.
/// </summary>
/// <param name="InFlight">How many, 1 or more.</param>
internal sealed record ClosedLoop(int InFlight) : ILoad
{
    public Measurement Run(Arrangement arrangement, TimeSpan warmUp, TimeSpan time)
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

        GoOn(arrangement, warmUp);
        var window = Window.Open(arrangement);
        GoOn(arrangement, time);
        return window.Close();
    }

    private static void GoOn(Arrangement arrangement, TimeSpan time)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            var read = arrangement.Reactor.Poll(milliseconds: 0);
            while (arrangement.Ledger.TryTakeCompletion(out var completed))
            {
                arrangement.Publish(completed);
            }

            arrangement.Reactor.Rest(read);
        }
    }
}
