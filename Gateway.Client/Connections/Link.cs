using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>Keeps one connection to the gateway, and makes another when it is lost.</summary>
internal sealed class Link(ConnectionLoop loop, ILinkOwner owner) : IConnectionHolder, IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1); // One at a time pauses, reconnects or disposes.
    private readonly Lock _lock = new();
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource<GatewayConnection> _ready = NewReady();
    private GatewayConnection? _connection;
    private bool _wasStarted;
    private bool _isDisposed;

    /// <summary>The connection there is now; null for none.</summary>
    public GatewayConnection? Connection
    {
        get
        {
            lock (_lock)
            {
                return _connection;
            }
        }
    }

    /// <summary>Begins, where nothing has begun yet. What was paused, lost or given up stays so.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void StartOnce()
    {
        lock (_lock)
        {
            ThrowIfDisposedNeedsLock();
            if (!_wasStarted)
            {
                StartNeedsLock(ClientState.Connecting);
            }
        }
    }

    /// <summary>Begins, unless it is at it.</summary>
    public void Start()
    {
        lock (_lock)
        {
            ThrowIfDisposedNeedsLock();
            if (_stop is null)
            {
                StartNeedsLock(ClientState.Connecting);
            }
        }
    }

    /// <summary>The connection, as soon as there is one.</summary>
    /// <exception cref="RealtimeException">It was given up.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public Task<GatewayConnection> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfDisposedNeedsLock();
            return _ready.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the connection, or the attempts, and makes none until it is begun again.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopAsync().ConfigureAwait(false);
            lock (_lock)
            {
                ThrowIfDisposedNeedsLock();
                _wasStarted = true;
                RenewReadyNeedsLock();
            }

            owner.OnState(new ConnectionStateChange(ClientState.Disconnected));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the connection, or the attempts, and begins anew at once.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopAsync().ConfigureAwait(false);
            lock (_lock)
            {
                ThrowIfDisposedNeedsLock();
                StartNeedsLock(ClientState.Reconnecting);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    void IConnectionHolder.Hold(GatewayConnection connection)
    {
        lock (_lock)
        {
            _connection = connection;
        }
    }

    void IConnectionHolder.Ready(GatewayConnection connection)
    {
        lock (_lock)
        {
            _ready.TrySetResult(connection);
        }
    }

    void IConnectionHolder.Release()
    {
        lock (_lock)
        {
            _connection = null;
            RenewReadyNeedsLock();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Refuse(new ObjectDisposedException(nameof(RealtimeClient)));
        }

        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await StopAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static TaskCompletionSource<GatewayConnection> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void StartNeedsLock(ClientState first)
    {
        _wasStarted = true;
        RenewReadyNeedsLock();
        var stop = _stop = new CancellationTokenSource();
        _running = Task.Run(() => RunAsync(first, stop));
    }

    private async Task StopAsync()
    {
        Task running;
        lock (_lock)
        {
            _stop?.Cancel();
            running = _running;
        }

        await running.ConfigureAwait(false);
    }

    private async Task RunAsync(ClientState first, CancellationTokenSource stop)
    {
        var end = await loop.RunAsync(first, this, stop.Token).ConfigureAwait(false);
        lock (_lock)
        {
            _stop = null;
            if (end.IsFinal && !_isDisposed)
            {
                Refuse(end.Error!);
            }
        }

        stop.Dispose();
        if (end.IsFinal)
        {
            owner.OnGivenUp(end.Error!);
        }
    }

    private void RenewReadyNeedsLock()
    {
        if (_ready.Task.IsCompleted && !_isDisposed)
        {
            _ready = NewReady();
        }
    }

    private void Refuse(Exception exception)
    {
        RenewReadyNeedsLock();
        _ready.TrySetException(exception);
        _ = _ready.Task.Exception; // Whoever waits sees it; that nobody does is no fault.
    }

    private void ThrowIfDisposedNeedsLock() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(RealtimeClient));
}
