namespace RealtimeGateway.Channels;

/// <summary>Tells those who were passed over how far they are, some time after the first of them was, and so at most that often.</summary>
internal sealed class PositionNotices : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Action _tell;
    private readonly ITimer _timer;
    private int _isDue;

    /// <param name="time">The clock.</param>
    /// <param name="tell">Tells them.</param>
    public PositionNotices(TimeProvider time, Action tell)
    {
        _tell = tell;
        _timer = time.CreateTimer(static notices => ((PositionNotices)notices!).Tell(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody was passed over.</summary>
    public void Request()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tell()
    {
        // In this order: who is passed over after it is told by the next.
        Volatile.Write(ref _isDue, 0);
        _tell();
    }
}
