using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connections that were negotiated and that no transport of SignalR's took up. It keeps each for a while, and there is no way to make it let go
/// of one; so each user, API key or address has room for so many, and none can use up another's.
/// </summary>
internal sealed class Negotiations(Live<InboundLimits> limits, TimeProvider time)
{
    // As long as SignalR keeps one.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();

    // When each is forgotten, the earliest first.
    private readonly Dictionary<string, Queue<long>> _ends = new(StringComparer.Ordinal);
    private long _nextSweep;

    /// <summary>A client asks for a connection that it will take up by another request; refused where too many did not.</summary>
    /// <param name="who">Whom it is counted for.</param>
    public Error? Begin(string who)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            SweepNeedsLock(now);
            if (!_ends.TryGetValue(who, out var ends))
            {
                _ends[who] = ends = new Queue<long>();
            }

            Forget(ends, now);
            if (ends.Count >= limits.Current.Negotiated)
            {
                return new Error(
                    ErrorCodes.LimitExceeded,
                    "Too many connections were negotiated in so short a time.",
                    RetryAfter: (int)Math.Ceiling(time.GetElapsedTime(now, ends.Peek()).TotalSeconds));
            }

            ends.Enqueue(now + Ticks(Life));
            return null;
        }
    }

    /// <summary>One of this client's is taken up.</summary>
    public void TakeUp(string who)
    {
        lock (_lock)
        {
            if (_ends.TryGetValue(who, out var ends) && ends.TryDequeue(out _) && ends.Count == 0)
            {
                _ends.Remove(who);
            }
        }
    }

    private static void Forget(Queue<long> ends, long now)
    {
        while (ends.TryPeek(out var end) && end <= now)
        {
            ends.Dequeue();
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    // A client whose negotiations came to nothing tells nobody so.
    private void SweepNeedsLock(long now)
    {
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + Ticks(Life);
        foreach (var (who, ends) in _ends)
        {
            Forget(ends, now);
            if (ends.Count == 0)
            {
                _ends.Remove(who);
            }
        }
    }
}
