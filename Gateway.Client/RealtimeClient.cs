using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>
/// A client of the gateway. It connects on first use, comes back by itself, subscribes again and recovers what was missed, renews its
/// token, and holds back sends while it is away. All members may be used from any thread, and from inside handlers. Handlers are
/// called on the thread pool, never on a synchronization context.
/// </summary>
/// <remarks>
/// Calls throw a <see cref="RealtimeException"/> for whatever the gateway refuses, with its code; <c>unavailable</c> where there is no
/// connection, or it was lost before the answer. After <see cref="DisposeAsync"/> they throw <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed partial class RealtimeClient : IAsyncDisposable
{
    private readonly RealtimeClientOptions _options;
    private readonly ClientCore _core;

    /// <summary>Makes a client. Nothing is connected yet.</summary>
    /// <param name="uri">The hub, such as <c>http://localhost:5080/realtime</c>; <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="options">How it connects and behaves; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its bounds.</exception>
    public RealtimeClient(Uri uri, RealtimeClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        _options = options ?? new RealtimeClientOptions();
        _options.Validate();
        _core = new ClientCore(uri, _options, change => StateChanged?.Invoke(this, change), error => ErrorOccurred?.Invoke(this, error));
    }

    /// <summary>A state is another: the connection's, or a subscription's. Raised in order, one at a time.</summary>
    public event EventHandler<StateChange>? StateChanged;

    /// <summary>
    /// Something failed where nobody waits for it: an attempt to connect, a token, a handler, a subscription that may not return.
    /// Raised in order with <see cref="StateChanged"/>.
    /// </summary>
    public event EventHandler<ClientError>? ErrorOccurred;

    /// <summary>The connection's state now.</summary>
    public ClientState State => _core.State;

    /// <summary>
    /// The connection's id, which others see as the sender of what this client publishes. Null while it is not connected, and where
    /// <see cref="RealtimeClientOptions.Negotiate"/> is off: then the gateway does not tell it.
    /// </summary>
    public string? ConnectionId => _core.Link.Connection?.Id;

    /// <summary>The user of the last token (claim <c>sub</c>), or who the gateway said it is; null for a guest.</summary>
    public string? UserId => _core.UserId;

    /// <summary>How often to ping when nothing else is sent, from now on. 1 second or more.</summary>
    public TimeSpan PingInterval
    {
        get => _core.PingInterval;
        set => _core.PingInterval = value;
    }

    /// <summary>Connects, also after a pause or an error, and returns when it is connected. Not needed: the first use connects.</summary>
    /// <exception cref="RealtimeException">It was given up.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        _core.Link.Start();
        return ConnectedAsync(cancellationToken);
    }

    /// <summary>Returns when it is connected, whoever connects it.</summary>
    /// <exception cref="RealtimeException">It was given up.</exception>
    public Task ConnectedAsync(CancellationToken cancellationToken = default) => _core.Link.WaitAsync(cancellationToken);

    /// <summary>Disconnects, and stays so until <see cref="ResumeAsync"/>. Subscriptions, positions and waiting sends are kept.</summary>
    public Task PauseAsync(CancellationToken cancellationToken = default) => _core.Link.PauseAsync(cancellationToken);

    /// <summary>Connects again after a pause, recovers what was missed, and returns when it is connected.</summary>
    /// <exception cref="RealtimeException">It was given up.</exception>
    public Task ResumeAsync(CancellationToken cancellationToken = default) => ConnectAsync(cancellationToken);

    /// <summary>Makes a new connection at once, whatever there is now, recovers what was missed, and returns when it is connected.</summary>
    /// <exception cref="RealtimeException">It was given up.</exception>
    public async Task ReconnectAsync(CancellationToken cancellationToken = default)
    {
        await _core.Link.RestartAsync(cancellationToken).ConfigureAwait(false);
        await ConnectedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the connection, ends subscriptions, and refuses what waits. Handlers that run are not waited for; the token that they have
    /// is cancelled. Loops over <see cref="SubscribeAsync(string, SubscriptionOptions?, CancellationToken)"/> end.
    /// </summary>
    public ValueTask DisposeAsync() => _core.DisposeAsync();
}
