using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>Keeps the clients of arrangements alive that wait for their turn. SignalR closes who says nothing for 30 s.</summary>
/// <param name="reactor">What reads for them.</param>
internal sealed class KeepAlive(Reactor reactor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private readonly List<Arrangement> _arrangements = [];
    private long _last = Stopwatch.GetTimestamp();

    public void Add(Arrangement arrangement)
    {
        _arrangements.Add(arrangement);
        WhenDue();
    }

    /// <summary>Lets all clients say that they are there, unless they have done so lately. Not while something is measured.</summary>
    public void WhenDue()
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval)
        {
            return;
        }

        _arrangements.ForEach(arrangement => arrangement.KeepAlive());
        _last = Stopwatch.GetTimestamp();

        // The servers read that before anything else is asked of them.
        _ = reactor.Until(() => Stopwatch.GetElapsedTime(_last) > Quiet, Quiet);
    }
}
