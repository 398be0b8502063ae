using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>One client on this node: its connection, who it is, what it is subscribed to.</summary>
/// <remarks>
/// What changes it (subscribe, unsubscribe, authenticate, expiry, the server's grants, the end) happens one after another,
/// through its gate. What is handed to it does not pass the gate: a channel only adds to the connection's queue.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Its end is asynchronous: CloseAsync frees the timer.")]
internal sealed partial class Session : ICaller
{
    /// <summary>How long a user is expected back after a connection of his closed, however it did (promise 10).</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, bool> NoPresence = [];

    private static readonly Error Ended = new(ErrorCodes.Unavailable, "The session has ended.");

    private readonly SessionServices _services;
    private readonly ILogger<Session> _logger;
    private readonly AsyncGate _gate = new();
    private readonly SubscriptionSet _subscriptions;
    private readonly RightsTimer _rights;
    private volatile Admitted _admitted;
    private object _decidedBy;
    private JsonElement? _profile;
    private volatile bool _hasEnded;

    /// <summary>A client that was admitted, before anything is done for it.</summary>
    public Session(IClientConnection connection, Admitted admitted, SessionServices services)
    {
        Connection = connection;
        _admitted = admitted;
        _services = services;
        _decidedBy = services.Rights.Rules;
        _logger = services.Logger;
        _subscriptions = new SubscriptionSet(this, services.Channels, services.Directory, services.Time);
        _rights = new RightsTimer(services.Time, () => _ = ReviewAsync()); // It logs its own exceptions.
    }

    public IClientConnection Connection { get; }

    public string ConnectionId => Connection.Id;

    public Identity Identity => _admitted.Identity;

    /// <summary>What the client told of its user; null until it does, and again when the session is somebody else.</summary>
    public JsonElement? Profile => _profile;

    /// <summary>What the client may ask for beside its subscriptions.</summary>
    public ClientOperations Operations => _services.Operations;

    private SessionLimits Limits => _services.Limits.Current;

    /// <summary>Begins the session, or closes its connection where it cannot begin.</summary>
    public async ValueTask OpenAsync()
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);

        // The rules may have changed between the door and here. From here on the session is asked again with all others.
        if (_services.Registry.TryAdd(this, _admitted.Address, Limits) is { } tooMany)
        {
            End(tooMany);
        }
        else if (_services.Admission.Review(_admitted).IsRefused(out var refusal, out var admitted))
        {
            End(refusal);
        }
        else
        {
            _admitted = admitted;
            _services.Registry.TryMove(this, Identity.UserId, Limits);
            await _subscriptions.SetAsync(ImplicitOf(Identity), NoPresence, CancellationToken.None);
            _rights.Set(Identity.ExpiresAt);
            LogOpened(ConnectionId, Identity.UserId);
        }
    }

    /// <summary>
    /// Counts what the client does. One that keeps on after it was refused is closed; what is asked for after the end is refused.
    /// </summary>
    public Error? Charge(Operation operation, int times = 1)
    {
        if (_hasEnded)
        {
            return Ended;
        }

        if (_services.Limiter.Charge(operation, _admitted.CountedAs, times) is not { } refusal)
        {
            return null;
        }

        if (_services.Limiter.CountRefusal(ConnectionId))
        {
            End(refusal);
        }

        return refusal;
    }

    /// <summary>Makes, widens or replaces a subscription: all of its channels or none.</summary>
    public async ValueTask<Result<SubscribeResult>> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken)
    {
        if (Charge(Operation.Subscribe, request.Channels.Count) is { } tooOften)
        {
            return tooOften;
        }

        if (SubscribeRules.Read(request, Limits).IsRefused(out var malformed, out var asked))
        {
            return malformed;
        }

        while (true)
        {
            // 1. Decide the permission of every channel. A host may take its time for it: nothing is held up meanwhile.
            var (decidedFor, decidedBy) = (_admitted, _services.Rights.Rules);
            var channels = asked.Select(channel => channel.Channel);
            var decision = await _services.Rights.ForSubscribeAsync(decidedFor.Identity, channels, request.Hidden, cancellationToken);
            if (decision.IsRefused(out var refusal, out var seesPresence))
            {
                return refusal;
            }

            // 2. Make sure that it still holds. 3. Make the subscription.
            using var _ = await _gate.EnterAsync(cancellationToken);
            if (_hasEnded)
            {
                return Ended;
            }

            if (ReferenceEquals(decidedFor, _admitted) && decidedBy.Equals(_services.Rights.Rules))
            {
                return await SetAsync(request, asked, seesPresence, cancellationToken);
            }
        }
    }

    /// <summary>Ends a subscription, or takes channels out of the default one. Nothing of them is sent after the answer.</summary>
    public async ValueTask<Result<UnsubscribeResult>> UnsubscribeAsync(UnsubscribeRequest request, CancellationToken cancellationToken)
    {
        if (Charge(Operation.Request) is { } tooOften)
        {
            return tooOften;
        }

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
        if (Charge(Operation.Request) is { } tooOften)
        {
            return tooOften;
        }

        while (true)
        {
            // 1. Read the token. Its issuer may take its time for it: nothing is held up meanwhile.
            var (decidedFor, decidedBy) = (_admitted, _services.Admission.Rules);
            if ((await _services.Admission.ReadmitAsync(decidedFor, token, cancellationToken)).IsRefused(out var refusal, out var admitted))
            {
                return refusal;
            }

            // 2. Make sure that it still holds. 3. Become who it names.
            using var _ = await _gate.EnterAsync(cancellationToken);
            if (_hasEnded)
            {
                return Ended;
            }

            if (ReferenceEquals(decidedFor, _admitted) && decidedBy.Equals(_services.Admission.Rules))
            {
                return await BecomeAsync(admitted);
            }
        }
    }

    /// <summary>Takes what the client tells of its user, which the members of all channels that it is seen in hear.</summary>
    public async ValueTask<Error?> UpdateProfileAsync(JsonElement profile, CancellationToken cancellationToken)
    {
        if (Charge(Operation.Publish) is { } tooOften)
        {
            return tooOften;
        }

        using var _ = await _gate.EnterAsync(cancellationToken);
        if (_hasEnded)
        {
            return Ended;
        }

        if (_services.Profiles.Current.Check(profile, _subscriptions.Heard.Count()).IsRefused(out var refusal, out var known))
        {
            return refusal;
        }

        _profile = known;
        await _subscriptions.ShowAsync();
        return null;
    }

    /// <summary>
    /// Time has passed or the rules have changed: what is no longer allowed ends, up to the session itself. To be called when
    /// its rights end, and whenever the gateway's rules are others.
    /// </summary>
    public async Task ReviewAsync()
    {
        try
        {
            using var _ = await _gate.EnterAsync(CancellationToken.None);
            if (_hasEnded)
            {
                return;
            }

            var hasExpired = Identity.IsExpired(_services.Time.GetUtcNow());
            if (_services.Admission.Review(_admitted).IsRefused(out var reason, out var left))
            {
                await _subscriptions.ClearAsync(GraceOf(Identity));
                End(reason);
            }
            else if (!left.IsStill(_admitted) || !_decidedBy.Equals(_services.Rights.Rules))
            {
                _services.Registry.TryMove(this, left.Identity.UserId, Limits);
                await BecomeAsync(left, hasExpired ? ErrorCodes.TokenExpired : null);
            }
            else
            {
                // Nothing that rights depend on is another: a host is not asked about all channels of all sessions for nothing.
                _rights.Set(Identity.ExpiresAt);
            }
        }
        catch (Exception exception)
        {
            LogReviewFailed(ConnectionId, exception);
            End(new Error(ErrorCodes.Internal, "The gateway failed to apply what has changed."));
        }
    }

    /// <summary>Puts the session into a channel by the server's word, without asking for permission.</summary>
    public async ValueTask GrantAsync(string channel, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (!_hasEnded)
        {
            var granted = _subscriptions.Find(Subscription.Grants) ?? Subscription.To(Subscription.Grants, [], SubscriptionTerms.Plain);
            await _subscriptions.SetAsync(granted.With([channel], SubscriptionTerms.Plain), NoPresence, cancellationToken);
            await foreach (var rights in _services.Rights.AgainAsync(Identity, [(channel, NeedsPermission: false, Hidden: false)]))
            {
                await ApplyAsync(rights, reason: null);
            }
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
        await _subscriptions.ClearAsync(GraceOf(Identity));
        LogClosed(ConnectionId);
    }

    private async ValueTask<Result<SubscribeResult>> SetAsync(
        SubscribeRequest request,
        ChannelRequest[] asked,
        Dictionary<string, bool> seesPresence,
        CancellationToken cancellationToken)
    {
        var wanted = _subscriptions.With(request.Id, asked.Select(channel => channel.Channel), new SubscriptionTerms(request.Echo, request.Hidden));
        if (SubscribeRules.Check(wanted, _subscriptions.OfClient, _services.Channels, Limits) is { } tooMany)
        {
            return tooMany;
        }

        var joined = await _subscriptions.SetAsync(wanted, seesPresence, cancellationToken);
        return SubscribeAnswer.Of(wanted, asked, joined, _services.Channels);
    }

    private static Subscription ImplicitOf(Identity identity)
    {
        string[] channels = identity.UserId is { } userId ? [ChannelName.All, ChannelName.OfUser(userId)] : [ChannelName.All];
        return Subscription.To(Subscription.Implicit, channels, SubscriptionTerms.Plain);
    }

    private async ValueTask<Result<AuthenticateResult>> BecomeAsync(Admitted admitted)
    {
        if (_services.Registry.TryMove(this, admitted.Identity.UserId, Limits) is { } tooMany)
        {
            return tooMany;
        }

        try
        {
            await BecomeAsync(admitted, reason: null);
        }
        catch
        {
            // Half of one and half of another is nobody.
            End(new Error(ErrorCodes.Internal, "The gateway failed to apply the new identity."));
            throw;
        }

        var roles = admitted.Identity.Roles.Select(role => role.ToString()).Order(StringComparer.Ordinal);
        return new AuthenticateResult(admitted.Identity.UserId, [.. roles], admitted.Identity.ExpiresAt);
    }

    // Its connection is not gone at once where the client does not read. What it asks for until then is refused.
    private void End(Error reason)
    {
        _hasEnded = true;
        Connection.Close(reason);
    }

    // The new rights hold from the first line on: what is decided meanwhile elsewhere is decided by them.
    private async ValueTask BecomeAsync(Admitted admitted, string? reason)
    {
        var before = Identity;
        (_admitted, _decidedBy) = (admitted, _services.Rights.Rules);
        _rights.Set(admitted.Identity.ExpiresAt);
        if (before.UserId != Identity.UserId)
        {
            await BecomeAnotherUserAsync();
        }

        await foreach (var rights in _services.Rights.AgainAsync(Identity, _subscriptions.Heard))
        {
            await ApplyAsync(rights, reason);
        }

        await _subscriptions.ShowAsync();
    }

    private async ValueTask ApplyAsync(ChannelRights rights, string? reason)
    {
        _subscriptions.SetSeesPresence(rights.Channel, rights.SeesPresence);
        if (rights.Denied is { } denied)
        {
            await EndAsync(rights.Channel, reason ?? denied.Code);
        }
        else if (rights.DeniedHidden is { } seen && await _subscriptions.RemoveHiddenAsync(rights.Channel))
        {
            // Who may not be hidden is out rather than seen: that would be his to choose.
            Connection.Notify(new SubscriptionMessage(rights.Channel, SubscriptionStates.Revoked, reason ?? seen.Code));
        }
    }

    // Others see the new user only where he is still in when all is decided.
    private async ValueTask BecomeAnotherUserAsync()
    {
        Connection.OnUserChanged(Identity.UserId);
        _profile = null;
        await _subscriptions.WithdrawAsync();
        await _subscriptions.SetAsync(ImplicitOf(Identity), NoPresence, CancellationToken.None);

        // What the server granted, it granted to who this was.
        await _subscriptions.RemoveAsync(Subscription.Grants);
    }

    // A guest who comes back is another: nobody is expected.
    private static TimeSpan GraceOf(Identity identity) => identity.UserId is null ? TimeSpan.Zero : Grace;

    private async ValueTask EndAsync(string channel, string reason)
    {
        await _subscriptions.RemoveEverywhereAsync([channel]);
        Connection.Notify(new SubscriptionMessage(channel, SubscriptionStates.Revoked, reason));
    }

    [LoggerMessage(1, LogLevel.Debug, "Session {ConnectionId} opened for user {UserId}.")]
    private partial void LogOpened(string connectionId, string? userId);

    [LoggerMessage(2, LogLevel.Debug, "Session {ConnectionId} ended.")]
    private partial void LogClosed(string connectionId);

    [LoggerMessage(3, LogLevel.Error, "Session {ConnectionId} could not apply what has changed and is closed.")]
    private partial void LogReviewFailed(string connectionId, Exception exception);
}
