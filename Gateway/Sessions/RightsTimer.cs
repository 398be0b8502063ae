namespace RealtimeGateway.Sessions;

/// <summary>Calls back when the rights of a session end, to the moment: a token's rights end at its <c>exp</c> (promise 9).</summary>
internal sealed class RightsTimer : IDisposable
{
    // Timers do not notice when the clock is set; a far end is approached in steps.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Action _onEnd;
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private DateTimeOffset? _endsAt;
    private bool _isDisposed;

    public RightsTimer(TimeProvider time, Action onEnd)
    {
        _time = time;
        _onEnd = onEnd;
    }

    /// <summary>Sets or moves the end; null for none.</summary>
    public void Set(DateTimeOffset? endsAt)
    {
        lock (_lock)
        {
            _endsAt = endsAt;
            ArmNeedsLock();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void OnTick()
    {
        lock (_lock)
        {
            if (_endsAt is null || _endsAt > _time.GetUtcNow())
            {
                ArmNeedsLock();
                return;
            }

            _endsAt = null;
        }

        _onEnd();
    }

    private void ArmNeedsLock()
    {
        if (_endsAt is not { } end || _isDisposed)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer ??= _time.CreateTimer(static self => ((RightsTimer)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Timers count whole milliseconds and round down: one more, or the tick comes just before the end.
        var wait = end - _time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
