using System.Text.Json;
using RealtimeGateway.Client.Connections;
using RealtimeGateway.Client.Presence;
using RealtimeGateway.Client.Sending;
using RealtimeGateway.Client.Subscriptions;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>The parts of a <see cref="RealtimeClient"/>, and what each hears of the connection.</summary>
internal sealed class ClientCore : ICallbacks, ILinkOwner
{
    private readonly Lock _lock = new();
    private readonly RealtimeClientOptions _options;
    private readonly Action<StateChange> _raiseState;
    private readonly Action<ClientError> _raiseError;
    private readonly TokenRefresh _refresh;
    private readonly RevokedToken _revoked;
    private readonly Profile _profile;
    private ClientState _state = ClientState.Disconnected;
    private string? _userId;
    private TimeSpan _pingInterval;

    public ClientCore(Uri uri, RealtimeClientOptions options, Action<StateChange> raiseState, Action<ClientError> raiseError)
    {
        _options = options;
        _raiseState = raiseState;
        _raiseError = raiseError;
        _pingInterval = options.PingInterval;
        Notifier = new Notifier(exception => Report(exception));
        Subscriptions = new SubscriptionRegistry(options.TimeProvider, Tell, Report);
        Presence = new PresenceRegistry(options.TimeProvider, exception => Report(exception));
        Sends = new SendBuffer(options.SendBuffer, options.TimeProvider);
        Implicit = new ImplicitChannels(exception => Report(exception));
        _profile = new Profile(options.TimeProvider, exception => Report(exception));
        var tokens = new TokenSource(options);
        _revoked = new RevokedToken(tokens, Subscriptions.OnNotice, exception => Report(exception));
        _refresh = new TokenRefresh(tokens, options.TimeProvider, BecomeUser, exception => Report(exception));
        Link = new Link(new ConnectionLoop(options, OpenAsync, this), this);

        async Task<GatewayConnection> OpenAsync(CancellationToken cancellationToken)
        {
            var token = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            return await GatewayConnection.OpenAsync(options, uri, token, this, PingInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    public Link Link { get; }

    public SubscriptionRegistry Subscriptions { get; }

    public PresenceRegistry Presence { get; }

    public SendBuffer Sends { get; }

    /// <summary>What was sent, for those who are to be spared it.</summary>
    public OwnPublications Own { get; } = new();

    public ImplicitChannels Implicit { get; }

    public Notifier Notifier { get; }

    public ClientState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    public string? UserId
    {
        get
        {
            lock (_lock)
            {
                return _userId;
            }
        }
    }

    public TimeSpan PingInterval
    {
        get
        {
            lock (_lock)
            {
                return _pingInterval;
            }
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromSeconds(1));
            lock (_lock)
            {
                _pingInterval = value;
            }

            if (Link.Connection is { } connection)
            {
                _ = connection.PingEveryAsync(value); // It has no errors.
            }
        }
    }

    /// <summary>Waits for the connection and makes a call that is not repeated.</summary>
    /// <exception cref="RealtimeException">The gateway refused it, or the connection was lost, or there was none in time (<c>unavailable</c>).</exception>
    public Task<T> CallAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken) =>
        WithConnectionAsync(method, (connection, token) => connection.InvokeAsync<T>(method, arguments, token), cancellationToken);

    /// <summary>Waits for the connection and does something by it.</summary>
    /// <exception cref="RealtimeException">As for a call.</exception>
    public async Task<T> WithConnectionAsync<T>(
        string what,
        Func<GatewayConnection, CancellationToken, Task<T>> ask,
        CancellationToken cancellationToken)
    {
        Link.StartOnce();
        using var bounded = new CancellationTokenSource(_options.CallTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bounded.Token, cancellationToken);
        try
        {
            var connection = await Link.WaitAsync(either.Token).ConfigureAwait(false);
            return await ask(connection, either.Token).ConfigureAwait(false);
        }
        catch (ConnectionLostException exception)
        {
            throw new RealtimeException(new Error(ErrorCodes.Unavailable, exception.Message));
        }
        catch (OperationCanceledException) when (bounded.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RealtimeException(new Error(ErrorCodes.Unavailable, $"{what} was not answered in {_options.CallTimeout}."));
        }
    }

    /// <summary>Tells a profile, and remembers it for the connections to come.</summary>
    public Task UpdateProfileAsync(JsonElement profile, CancellationToken cancellationToken) => WithConnectionAsync(
        "UpdateProfile",
        async (connection, token) =>
        {
            var userId = UserId;
            await connection.InvokeAsync<JsonElement?>("UpdateProfile", [profile], token).ConfigureAwait(false);
            _profile.Remember(userId, profile);
            return true;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        var error = new ObjectDisposedException(nameof(RealtimeClient));
        OnState(new ConnectionStateChange(ClientState.Disposing));
        Subscriptions.Dispose(error);
        Sends.Refuse(error);
        Implicit.Dispose();
        await Link.DisposeAsync().ConfigureAwait(false);

        // What was in flight came back here with the end of the connection.
        Sends.Refuse(error);
        Notifier.Close();
    }

    public void OnEvent(EventMessage message)
    {
        Implicit.OnEvent(message);
        Subscriptions.OnEvent(message);
    }

    public void OnPresence(PresenceMessage message) => Presence.OnPresence(message);

    public void OnNotice(SubscriptionMessage message)
    {
        if (message is { State: SubscriptionStates.Revoked, Reason: ErrorCodes.TokenExpired } && _options.Token is not null)
        {
            // The token was not replaced in time. With a new one the channel is there again, and what was missed.
            Link.Connection?.GiveUp(new RealtimeException(new Error(ErrorCodes.TokenExpired, "The token has expired.")));
            return;
        }

        if (message is { State: SubscriptionStates.Revoked, Reason: ErrorCodes.Unauthenticated } && Link.Connection is { } connection)
        {
            _revoked.OnRevoked(message, connection);
            return;
        }

        Subscriptions.OnNotice(message);
        if (message is { State: SubscriptionStates.Gap, Reason: SubscriptionStates.Presence })
        {
            Presence.OnGap(message.Channel);
        }
    }

    public void OnSubscribed(SubscribeRequest request, SubscribeResult result)
    {
        if (Subscriptions.OnSubscribed(request, result))
        {
            Presence.OnSubscribed(result.Channels.Select(channel => channel.Channel));
        }
    }

    public void OnUnreadable(string callback, Exception exception) =>
        Report(new InvalidDataException($"The gateway called '{callback}' with something that cannot be read.", exception));

    public void OnState(ConnectionStateChange change)
    {
        lock (_lock)
        {
            if (_state == ClientState.Disposing)
            {
                return;
            }

            _state = change.State;
            Tell(change);
        }

        if (change.State is ClientState.Connecting or ClientState.Reconnecting)
        {
            Subscriptions.Reopen();
            Sends.Reopen();
        }
    }

    public void OnConnected(GatewayConnection connection, bool isReturn)
    {
        BecomeUser(TokenClaims.Read(connection.Token).UserId);
        if (isReturn && !_options.Restore)
        {
            Subscriptions.EndAnswered();
        }
        else if (isReturn)
        {
            _ = _profile.RestoreAsync(connection, () => UserId); // It reports its errors.
        }

        // What is begun here is written in this order: whoever sends now is subscribed already.
        Subscriptions.Connected(connection);
        Presence.Connected(connection);
        Sends.Connected(connection);
        _ = _refresh.RunAsync(connection); // It reports its errors, and ends with the connection.
    }

    public void OnLost()
    {
        Subscriptions.Lost();
        Sends.Lost();
    }

    public void OnGivenUp(RealtimeException error)
    {
        Subscriptions.Refuse(error);
        Sends.Refuse(error);
    }

    public void OnFailure(Exception exception) => Report(exception);

    public void Report(Exception exception, string? subscriptionId = null) =>
        Notifier.Raise(() => _raiseError(new ClientError(exception, subscriptionId)));

    private void Tell(StateChange change) => Notifier.Raise(() => _raiseState(change));

    private void BecomeUser(string? userId)
    {
        lock (_lock)
        {
            _userId = userId;
        }
    }
}
