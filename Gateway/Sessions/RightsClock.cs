namespace RealtimeGateway.Sessions;

/// <summary>
/// Knows which rights end next. One timer for all sessions: one for each would take more room than all else that a session remembers of
/// its rights.
/// </summary>
internal sealed class RightsClock : IDisposable
{
    // Timers do not notice when the clock is set; a far end is approached in steps.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SortedSet<RightsTimer> _waiting = new(Comparer<RightsTimer>.Create(
        static (one, other) => (one.EndsAt, one.Number).CompareTo((other.EndsAt, other.Number))));
    private readonly ITimer _timer;
    private long _lastNumber;

    public RightsClock(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static self => ((RightsClock)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Moves the end of a timer, or takes it out; null for none.</summary>
    public void Set(RightsTimer timer, DateTimeOffset? endsAt)
    {
        lock (_lock)
        {
            var next = _waiting.Min;
            if (timer.IsWaiting)
            {
                _waiting.Remove(timer);
            }

            timer.IsWaiting = endsAt is not null && !timer.IsDisposed;
            if (timer.IsWaiting)
            {
                (timer.EndsAt, timer.Number) = (endsAt!.Value, ++_lastNumber);
                _waiting.Add(timer);
            }

            if (_waiting.Min != next || next == timer)
            {
                ArmNeedsLock();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        foreach (var ended in TakeEnded())
        {
            ended.End();
        }
    }

    private List<RightsTimer> TakeEnded()
    {
        var ended = new List<RightsTimer>();
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_waiting.Min is { } next && next.EndsAt <= now)
            {
                _waiting.Remove(next);
                next.IsWaiting = false;
                ended.Add(next);
            }

            ArmNeedsLock();
        }

        return ended;
    }

    private void ArmNeedsLock()
    {
        if (_waiting.Min is not { } next)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Timers count whole milliseconds and round down: one more, or the tick comes just before the end.
        var wait = next.EndsAt - _time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
