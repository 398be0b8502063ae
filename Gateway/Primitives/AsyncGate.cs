using System.Diagnostics.CodeAnalysis;

namespace RealtimeGateway.Primitives;

/// <summary>Lets one in at a time, in no promised order, and those that wait do not hold a thread.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle was never asked for holds nothing to free.")]
internal sealed class AsyncGate
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Enters; disposing what is returned leaves.</summary>
    public async ValueTask<Entry> EnterAsync(CancellationToken cancellationToken)
    {
        await _semaphore.WaitAsync(cancellationToken);
        return new Entry(_semaphore);
    }

    internal readonly struct Entry(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
