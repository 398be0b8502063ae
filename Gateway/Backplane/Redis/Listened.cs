using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>Something of one channel that several listen to. A <see cref="ListenedTable{T, TListener}"/> makes it with the first, and ends it with the last.</summary>
internal abstract class Listened<TListener>
    where TListener : class
{
    private volatile TListener[] _listeners = [];

    /// <summary>Orders who begins and ends to listen.</summary>
    public AsyncGate Gate { get; } = new();

    /// <summary>Whether it has ended, so that another takes its place.</summary>
    public bool IsRetired { get; set; }

    public bool IsEmpty => _listeners.Length == 0;

    /// <summary>Who listens now.</summary>
    protected TListener[] Listeners => _listeners;

    /// <summary>Orders who listens against what is brought to them: who is taken out is not called any more when that has returned.</summary>
    protected Lock Lock { get; } = new();

    public void Add(TListener listener)
    {
        lock (Lock)
        {
            if (_listeners.Contains(listener))
            {
                throw new InvalidOperationException("This one listens to the channel already.");
            }

            _listeners = [.. _listeners, listener];
        }
    }

    public void Remove(TListener listener)
    {
        lock (Lock)
        {
            _listeners = [.. _listeners.Where(other => !other.Equals(listener))];
        }
    }
}
