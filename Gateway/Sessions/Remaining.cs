namespace RealtimeGateway.Sessions;

/// <summary>What a stop waits for: the sessions, the connections that carry them, and the requests that carry these.</summary>
/// <remarks>
/// A session ends before its last bytes are sent, and a connection that polls has no request between two of them. Only when
/// nothing of all these is left has everybody been told.
/// </remarks>
internal sealed class Remaining
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _none;
    private int _count;

    public void Add()
    {
        lock (_lock)
        {
            _count++;
        }
    }

    public void Remove()
    {
        lock (_lock)
        {
            if (--_count == 0)
            {
                _none?.TrySetResult();
            }
        }
    }

    /// <summary>Completes as soon as nothing is left.</summary>
    public Task WhenNoneAsync()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            _none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }
}
