using System.Collections.Concurrent;
using System.IO.Pipelines;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>
/// Where a node sends. Whoever has something for a client leaves the client here and goes on, so that a fan-out costs its
/// publisher no system call, and what comes for a client before its turn is sent to it in one call.
/// </summary>
/// <remarks>
/// First come, first served. It uses a thread of the pool for a little while at a time, longer only while nobody else waits for one, and
/// more of them, one for each processor at most, only while more is waiting than one can do in that time.
/// </remarks>
internal sealed class SendScheduler : PipeScheduler, IThreadPoolWorkItem
{
    // About half a millisecond of sending: then whatever else the pool has to do, such as reading what is published next, has its turn.
    private const int SendsInTurn = 64;

    private readonly ConcurrentQueue<(Action<object?> Send, object? State)> _waiting = new();
    private readonly int _mostWorkers = Environment.ProcessorCount;
    private int _workers;

    /// <inheritdoc />
    public override void Schedule(Action<object?> action, object? state)
    {
        _waiting.Enqueue((action, state));
        TryAddWorker(atMost: 1);
    }

    /// <summary>One turn of one worker.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        bool isThreadWanted;
        do
        {
            if (!TryDequeue(out var next))
            {
                End();
                return;
            }

            for (var sends = 1; sends < SendsInTurn && TryDequeue(out var following); sends++)
            {
                next.Send(next.State);
                next = following;
            }

            next.Send(next.State);

            isThreadWanted = false;
            if (!_waiting.IsEmpty)
            {
                isThreadWanted = System.Threading.ThreadPool.PendingWorkItemCount > 0; // Before a worker is added, which counts as well.
                TryAddWorker(_mostWorkers);
            }
        }
        while (!isThreadWanted);
        Continue();
    }

    // One is taken while it is still another's turn: it is at hand then.
    private bool TryDequeue(out (Action<object?> Send, object? State) next)
    {
        var isOne = _waiting.TryDequeue(out next);
        Prefetch.Object(next.State);
        return isOne;
    }

    private void End()
    {
        Interlocked.Decrement(ref _workers);
        if (!_waiting.IsEmpty)
        {
            // It came when there was a worker still, who had looked already.
            TryAddWorker(atMost: 1);
        }
    }

    private void TryAddWorker(int atMost)
    {
        var workers = Volatile.Read(ref _workers);
        while (workers < atMost)
        {
            var found = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (found == workers)
            {
                Continue();
                return;
            }

            workers = found;
        }
    }

    private void Continue() => System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
