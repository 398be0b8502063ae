using System.Diagnostics.CodeAnalysis;

namespace RealtimeGateway.Primitives;

/// <summary>Lets one in at a time, in no promised order, and those that wait do not hold a thread. While nobody waits it is small: there are many.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle was never asked for holds nothing to free.")]
internal sealed class AsyncGate
{
    private int _here;
    private SemaphoreSlim? _turns;

    // Made by the first who has to wait, or by who lets him in.
    private SemaphoreSlim Turns => LazyInitializer.EnsureInitialized(ref _turns, static () => new SemaphoreSlim(0));

    /// <summary>Enters; disposing what is returned leaves.</summary>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask<Entry> EnterAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Entry>(cancellationToken);
        }

        return Interlocked.Increment(ref _here) == 1 ? new(new Entry(this)) : WaitAsync(cancellationToken);
    }

    private async ValueTask<Entry> WaitAsync(CancellationToken cancellationToken)
    {
        var turn = Turns.WaitAsync(CancellationToken.None);
        try
        {
            await turn.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The turn comes all the same, and is passed on.
            _ = PassOnAsync(turn);
            throw;
        }

        return new Entry(this);
    }

    private async Task PassOnAsync(Task turn)
    {
        await turn;
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _here) > 0)
        {
            Turns.Release();
        }
    }

    internal readonly struct Entry(AsyncGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
