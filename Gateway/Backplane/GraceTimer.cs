namespace RealtimeGateway.Backplane;

/// <summary>Calls back for each connection whose grace has ended. One timer serves all; the first to end sets it.</summary>
internal sealed class GraceTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<string, Occupant> _onEnd;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(string Channel, Occupant Occupant), long> _ends = new();

    public GraceTimer(TimeProvider time, Action<string, Occupant> onEnd)
    {
        _time = time;
        _onEnd = onEnd;
        _timer = time.CreateTimer(_ => OnTick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begin(string channel, Occupant occupant, TimeSpan grace)
    {
        lock (_lock)
        {
            var end = _time.GetTimestamp() + (long)(grace.TotalSeconds * _time.TimestampFrequency);
            var isFirst = !_ends.TryPeek(out _, out var first) || end < first;
            _ends.Enqueue((channel, occupant), end);
            if (isFirst)
            {
                ArmNeedsLock();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        foreach (var (channel, occupant) in TakeEnded())
        {
            _onEnd(channel, occupant);
        }
    }

    private List<(string Channel, Occupant Occupant)> TakeEnded()
    {
        var ended = new List<(string Channel, Occupant Occupant)>();
        lock (_lock)
        {
            while (_ends.TryPeek(out var next, out var end) && end <= _time.GetTimestamp())
            {
                _ends.Dequeue();
                ended.Add(next);
            }

            ArmNeedsLock();
        }

        return ended;
    }

    private void ArmNeedsLock()
    {
        if (!_ends.TryPeek(out _, out var end))
        {
            return;
        }

        // Timers count whole milliseconds and round down: one more, or the tick comes just before the end.
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), end) + TimeSpan.FromMilliseconds(1);
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
    }
}
