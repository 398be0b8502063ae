using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>
/// A number of publications in flight at any time: when every subscriber has one, the next begins, and its time counts from then on.
/// </summary>
/// <param name="Window">How many, 1 or more.</param>
/// <param name="WarmUp">How long it goes before anything counts.</param>
/// <param name="Time">How long it is measured.</param>
internal sealed record ClosedLoop(int Window, TimeSpan WarmUp, TimeSpan Time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Measurement Run(Arrangement arrangement)
    {
        var (ledger, reactor) = (arrangement.Ledger, arrangement.Reactor);
        var processes = arrangement.Server.Process.Processes;
        while (ledger.TryTakeCompletion(out _))
        {
            // Those of an earlier measurement begin nothing here.
        }

        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Window; i++)
        {
            arrangement.Publish(begun);
        }

        GoOn(arrangement, WarmUp);
        var latencies = ledger.Latencies = new Histogram();
        var before = Sample.Take(ledger, processes);
        GoOn(arrangement, Time);
        var after = Sample.Take(ledger, processes);
        ledger.Latencies = null;
        _ = reactor.Until(() => arrangement.IsSettled || arrangement.Failure is not null, Patience);
        return Measurement.Of(arrangement, before, after, latencies);
    }

    private static void GoOn(Arrangement arrangement, TimeSpan time)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            arrangement.Reactor.Poll(milliseconds: 1);
            while (arrangement.Ledger.TryTakeCompletion(out var completed))
            {
                arrangement.Publish(completed);
            }
        }
    }
}
