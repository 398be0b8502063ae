using System.Diagnostics.CodeAnalysis;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>One client on this node: its connection, who it is, what it is subscribed to.</summary>
/// <remarks>
/// What changes it (subscribe, unsubscribe, authenticate, expiry, the server's grants, the end) happens one after another,
/// through its gate. What is handed to it does not pass the gate: a channel only adds to the connection's queue.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Its end is asynchronous: CloseAsync frees the timer.")]
internal sealed partial class Session
{
    /// <summary>How long a new decision about what is heard may take; then it is a denial.</summary>
    private static readonly TimeSpan DecisionTimeout = TimeSpan.FromSeconds(5);

    private static readonly Error Ended = new(ErrorCodes.Unavailable, "The session has ended.");

    private readonly SessionServices _services;
    private readonly ILogger<Session> _logger;
    private readonly AsyncGate _gate = new();
    private readonly SubscriptionSet _subscriptions;
    private readonly RightsTimer _rights;
    private volatile Admitted _admitted;
    private bool _hasEnded;

    private Session(IClientConnection connection, Admitted admitted, SessionServices services)
    {
        Connection = connection;
        _admitted = admitted;
        _services = services;
        _logger = services.Logger;
        _subscriptions = new SubscriptionSet(this, services.Channels, services.Time);
        _rights = new RightsTimer(services.Time, () => _ = ExpireAsync()); // It logs its own exceptions.
    }

    public IClientConnection Connection { get; }

    public string ConnectionId => Connection.Id;

    public Identity Identity => _admitted.Identity;

    /// <summary>What the client may ask for beside its subscriptions.</summary>
    public ClientOperations Operations => _services.Operations;

    /// <summary>Begins the session of a client that was admitted.</summary>
    public static async ValueTask<Session> OpenAsync(IClientConnection connection, Admitted admitted, SessionServices services)
    {
        var session = new Session(connection, admitted, services);
        await session._subscriptions.SetAsync(ImplicitOf(admitted.Identity), CancellationToken.None);
        services.Registry.Add(session);
        session._rights.Set(admitted.Identity.ExpiresAt);
        session.LogOpened(session.ConnectionId, admitted.Identity.UserId);
        return session;
    }

    /// <summary>Makes, widens or replaces a subscription: all of its channels or none.</summary>
    public async ValueTask<Result<SubscribeResult>> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken)
    {
        // A channel that is named twice counts once, by the entry that says more.
        var asked = request.Channels
            .GroupBy(channel => channel.Channel, StringComparer.Ordinal)
            .Select(same => same.FirstOrDefault(channel => channel.Since is not null) ?? same.First())
            .ToArray();
        if (asked.Length == 0)
        {
            return new Error(ErrorCodes.InvalidRequest, "Subscribe needs one channel or more.");
        }

        if (request.Id is { } chosen && (!Printable.IsWord(chosen, maxLength: 64) || chosen[0] == '$'))
        {
            return new Error(ErrorCodes.InvalidRequest, "A subscription's id is 1 to 64 printable ASCII characters without spaces, and does not begin with '$'.");
        }

        if (asked.Length > _services.Limits.Channels)
        {
            return TooManyChannels();
        }

        while (true)
        {
            // 1. Decide the permission of every channel. A host may take its time for it: nothing is held up meanwhile.
            var decidedFor = _admitted;
            foreach (var (channel, _) in asked)
            {
                if (await _services.Permissions.DecideAsync(decidedFor.Identity, Right.Read, channel, cancellationToken) is { } refusal)
                {
                    return refusal;
                }
            }

            // 2. Make sure that it still holds. 3. Make the subscription.
            using var _ = await _gate.EnterAsync(cancellationToken);
            if (_hasEnded)
            {
                return Ended;
            }

            if (ReferenceEquals(decidedFor, _admitted))
            {
                return await SetAsync(request, asked, cancellationToken);
            }
        }
    }

    /// <summary>Ends a subscription, or takes channels out of the default one. Nothing of them is sent after the answer.</summary>
    public async ValueTask<Result<UnsubscribeResult>> UnsubscribeAsync(UnsubscribeRequest request, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (request.Id is not { } id)
        {
            return new UnsubscribeResult(await _subscriptions.RemoveAsync(Subscription.Default, request.Channels));
        }

        var isClients = _subscriptions.Find(id) is { IsGateways: false };
        return new UnsubscribeResult(isClients && await _subscriptions.RemoveAsync(id));
    }

    /// <summary>Lets the session be somebody else on the same connection; what he may not read ends. A wrong token changes nothing.</summary>
    /// <param name="token">His JWT; null for a guest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<AuthenticateResult>> AuthenticateAsync(string? token, CancellationToken cancellationToken)
    {
        if ((await _services.Admission.ReadmitAsync(_admitted, token, cancellationToken)).IsRefused(out var refusal, out var admitted))
        {
            return refusal;
        }

        using var _ = await _gate.EnterAsync(cancellationToken);
        if (_hasEnded)
        {
            return Ended;
        }

        try
        {
            await BecomeAsync(admitted, ErrorCodes.PermissionDenied);
        }
        catch
        {
            // Half of one and half of another is nobody.
            Connection.Close(new Error(ErrorCodes.Internal, "The gateway failed to apply the new identity."));
            throw;
        }

        var roles = admitted.Identity.Roles.Select(role => role.ToString()).Order(StringComparer.Ordinal);
        return new AuthenticateResult(admitted.Identity.UserId, [.. roles], admitted.Identity.ExpiresAt);
    }

    /// <summary>Puts the session into a channel by the server's word, without asking for permission.</summary>
    public async ValueTask GrantAsync(string channel, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (!_hasEnded)
        {
            var granted = _subscriptions.Find(Subscription.Grants) ?? Subscription.To(Subscription.Grants, []);
            await _subscriptions.SetAsync(granted.With([channel], echo: true), cancellationToken);
        }
    }

    /// <summary>Takes the session out of a channel by the server's word, however it came in.</summary>
    public async ValueTask ExpelAsync(string channel, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (!_subscriptions.OfClient.Any(subscription => subscription.Names(channel)))
        {
            // The client never asked for it, so it need not be told.
            await _subscriptions.RemoveAsync(Subscription.Grants, [channel]);
            return;
        }

        await EndAsync(channel, ErrorCodes.PermissionDenied);
    }

    /// <summary>Ends the session. Its connection is closed already, or being closed.</summary>
    public async ValueTask CloseAsync()
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);
        _hasEnded = true;
        _rights.Dispose();
        _services.Registry.Remove(this);
        await _subscriptions.ClearAsync();
        LogClosed(ConnectionId);
    }

    private async ValueTask<Result<SubscribeResult>> SetAsync(SubscribeRequest request, ChannelRequest[] asked, CancellationToken cancellationToken)
    {
        var wanted = ToSubscription(request, asked);
        if (CheckLimits(wanted) is { } tooMany)
        {
            return tooMany;
        }

        var joined = await _subscriptions.SetAsync(wanted, cancellationToken);
        return new SubscribeResult(wanted.Id, null, [.. asked.Select(channel => ToResult(channel, joined))]);
    }

    private static Subscription ImplicitOf(Identity identity)
    {
        string[] channels = identity.UserId is { } userId ? [ChannelName.All, ChannelName.OfUser(userId)] : [ChannelName.All];
        return Subscription.To(Subscription.Implicit, channels);
    }

    private Subscription ToSubscription(SubscribeRequest request, IEnumerable<ChannelRequest> asked)
    {
        var channels = asked.Select(channel => channel.Channel);
        return request.Id is null && _subscriptions.Find(Subscription.Default) is { } standing
            ? standing.With(channels, request.Echo)
            : Subscription.To(request.Id ?? Subscription.Default, channels, request.Echo);
    }

    private Error? CheckLimits(Subscription wanted)
    {
        var others = _subscriptions.OfClient.Where(subscription => subscription.Id != wanted.Id).ToArray();
        if (others.Length + 1 > _services.Limits.Subscriptions)
        {
            return new Error(ErrorCodes.LimitExceeded, $"A session has {_services.Limits.Subscriptions} subscriptions at most; end one first.");
        }

        var channels = others.Append(wanted).SelectMany(subscription => subscription.Channels).Distinct(StringComparer.Ordinal).Count();
        return channels > _services.Limits.Channels ? TooManyChannels() : null;
    }

    private Error TooManyChannels() =>
        new(ErrorCodes.LimitExceeded, $"A session is subscribed to {_services.Limits.Channels} channels at most; leave one first.");

    private ChannelResult ToResult(ChannelRequest asked, IReadOnlyDictionary<string, Position?> joined)
    {
        var isNew = joined.TryGetValue(asked.Channel, out var from);
        var position = isNew ? from : _services.Channels.Find(asked.Channel)?.Top;
        if (asked.Since is null)
        {
            return new ChannelResult { Channel = asked.Channel, Position = position };
        }

        // What was missed is not replayed yet: only who missed nothing is told that he has everything.
        bool? recovered = isNew ? asked.Since == position : null;
        return new ChannelResult
        {
            Channel = asked.Channel,
            Position = position,
            Recovered = recovered,
            Reason = recovered switch { true => null, false => "unavailable", null => "live" },
        };
    }

    private async Task ExpireAsync()
    {
        try
        {
            using var _ = await _gate.EnterAsync(CancellationToken.None);
            if (_hasEnded)
            {
                return;
            }

            if (!Identity.IsExpired(_services.Time.GetUtcNow()))
            {
                // A newer token came while this waited, or the clock was set back.
                _rights.Set(Identity.ExpiresAt);
                return;
            }

            if (_services.Admission.AfterExpiry(_admitted).IsRefused(out var reason, out var left))
            {
                await _subscriptions.ClearAsync();
                Connection.Close(reason);
            }
            else
            {
                await BecomeAsync(left, ErrorCodes.TokenExpired);
            }
        }
        catch (Exception exception)
        {
            LogExpiryFailed(ConnectionId, exception);
            Connection.Close(new Error(ErrorCodes.Internal, "The gateway failed to apply that the token has expired."));
        }
    }

    // The new rights hold from the first line on: what is decided meanwhile elsewhere is decided by them.
    private async ValueTask BecomeAsync(Admitted admitted, string reason)
    {
        var before = Identity;
        _admitted = admitted;
        _rights.Set(admitted.Identity.ExpiresAt);
        if (before.UserId != Identity.UserId)
        {
            _services.Registry.Move(this, before.UserId, Identity.UserId);
            Connection.OnUserChanged(Identity.UserId);
            _subscriptions.OnUserChanged();
            await _subscriptions.SetAsync(ImplicitOf(Identity), CancellationToken.None);

            // What the server granted, it granted to who this was.
            await _subscriptions.RemoveAsync(Subscription.Grants);
        }

        // All at once, and each ends as soon as it is decided: nobody keeps what he lost because another decision takes long.
        using var patience = new CancellationTokenSource(DecisionTimeout, _services.Time);
        await foreach (var decision in Task.WhenEach(_subscriptions.NeedingPermission.Select(channel => MayReadAsync(channel, patience.Token)).ToArray()))
        {
            if (await decision is (var channel, false))
            {
                await EndAsync(channel, reason);
            }
        }
    }

    private async Task<(string Channel, bool MayRead)> MayReadAsync(string channel, CancellationToken cancellationToken)
    {
        try
        {
            // On a thread of its own: a host that does not yield must not hold up the other decisions, nor outlast the patience.
            var decision = Task.Run(() => _services.Permissions.DecideAsync(Identity, Right.Read, channel, cancellationToken).AsTask(), cancellationToken);
            return (channel, await decision.WaitAsync(cancellationToken) is null);
        }
        catch (Exception exception)
        {
            // A decision that failed, or does not come, is no permission.
            LogDecisionFailed(ConnectionId, channel, exception);
            return (channel, false);
        }
    }

    private async ValueTask EndAsync(string channel, string reason)
    {
        await _subscriptions.RemoveEverywhereAsync([channel]);
        Connection.Notify(new SubscriptionMessage(channel, SubscriptionStates.Revoked, reason));
    }

    [LoggerMessage(1, LogLevel.Debug, "Session {ConnectionId} opened for user {UserId}.")]
    private partial void LogOpened(string connectionId, string? userId);

    [LoggerMessage(2, LogLevel.Debug, "Session {ConnectionId} ended.")]
    private partial void LogClosed(string connectionId);

    [LoggerMessage(3, LogLevel.Error, "Session {ConnectionId} could not apply the end of its rights and is closed.")]
    private partial void LogExpiryFailed(string connectionId, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "Whether session {ConnectionId} may go on reading {Channel} could not be decided; it may not.")]
    private partial void LogDecisionFailed(string connectionId, string channel, Exception exception);
}
