using RealtimeGateway.Sessions;

namespace RealtimeGateway.Tests.Support;

/// <summary>Counts how often its client was found to be slow.</summary>
internal sealed class QueueOwner : IQueueOwner
{
    private int _slow;

    public int Slow => Volatile.Read(ref _slow);

    void IQueueOwner.OnSlow() => Interlocked.Increment(ref _slow);
}
