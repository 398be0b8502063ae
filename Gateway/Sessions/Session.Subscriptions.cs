using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <content>What it is subscribed to, by its client's wish or by the server's word, and what it tells of itself there.</content>
internal sealed partial class Session
{
    /// <summary>Makes, widens or replaces a subscription: all of its channels or none.</summary>
    /// <remarks>
    /// Five steps: 1. decide the permission of every channel; 2. make sure that this node hears each; 3. decide whether what was
    /// missed can be given; 4. pull it; 5. push from there on. The first two are here, under the gate, which makes the subscription
    /// one that every later change of rights finds. The others (<see cref="CatchUp"/>) take as long as the client takes to read,
    /// and hold up nothing.
    /// </remarks>
    public async ValueTask<Result<SubscribeResult>> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken) =>
        (await MakeSubscriptionAsync(request, cancellationToken)).IsRefused(out var refusal, out var made)
            ? refusal
            : await CatchUpAsync(made, cancellationToken);

    /// <summary>The first two steps of <see cref="SubscribeAsync"/>: all that it can be refused for is decided.</summary>
    public async ValueTask<Result<MadeSubscription>> MakeSubscriptionAsync(SubscribeRequest request, CancellationToken cancellationToken)
    {
        if (Charge(Operation.Subscribe, request.Channels.Count) is { } tooOften)
        {
            return tooOften;
        }

        if (SubscribeRules.Read(request, _services.Interests, Limits).IsRefused(out var malformed, out var order))
        {
            return malformed;
        }

        while (true)
        {
            // 1. A host may take its time for it: nothing is held up meanwhile.
            var (decidedFor, decidedBy) = (_admitted, _services.Rights.Rules);
            var decision = await _services.Rights.ForSubscribeAsync(decidedFor.Identity, order.ChannelNames, request.Hidden, cancellationToken);
            if (decision.IsRefused(out var refusal, out var seesPresence))
            {
                return refusal;
            }

            if (await TryMakeAsync(order, seesPresence, decidedFor, decidedBy, cancellationToken) is { } made)
            {
                return made.IsRefused(out refusal, out var joining) ? refusal : new MadeSubscription(order, joining);
            }
        }
    }

    /// <summary>The last three steps of <see cref="SubscribeAsync"/>: what was missed is given, as fast as the client reads.</summary>
    public async ValueTask<Result<SubscribeResult>> CatchUpAsync(MadeSubscription made, CancellationToken cancellationToken)
    {
        // One channel after another: all of them at once would share the room in the client's queue all the same.
        var joined = new Dictionary<string, Joined>(StringComparer.Ordinal);
        foreach (var (channel, entry) in made.Joining)
        {
            if ((await entry.CompleteAsync(cancellationToken)).IsRefused(out var overtaken, out var done))
            {
                _services.Metrics.Recovered(RecoveryReasons.Trimmed);
                End(overtaken);
                return overtaken;
            }

            joined[channel] = done;
            if (done.Recovered is { } recovered)
            {
                _services.Metrics.Recovered(recovered ? null : done.Reason);
            }
        }

        return SubscribeAnswer.Of(made.Order.Id ?? Subscription.Default, made.Order, joined, _services.Channels);
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

    /// <summary>Puts the session into a channel by the server's word, without asking for permission.</summary>
    public async ValueTask GrantAsync(string channel, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (!_hasEnded)
        {
            var granted = _subscriptions.Find(Subscription.Grants) ?? Subscription.To(Subscription.Grants, [], SubscriptionTerms.Plain);
            await _subscriptions.SetAsync(granted.With([channel], SubscriptionTerms.Plain), cancellationToken);
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

    /// <summary>Takes the session out of channels by the server's word. Where that cannot be done, the session ends.</summary>
    public async Task ExpelAsync(IReadOnlyList<string> channels)
    {
        try
        {
            foreach (var channel in channels)
            {
                await ExpelAsync(channel, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogReviewFailed(ConnectionId, exception);
            End(NotApplied);
        }
    }

    // Null when what was decided holds no longer.
    private async ValueTask<Result<Dictionary<string, Joining>>?> TryMakeAsync(
        SubscriptionOrder order,
        Dictionary<string, bool> seesPresence,
        Admitted decidedFor,
        object decidedBy,
        CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (_hasEnded)
        {
            return (Result<Dictionary<string, Joining>>)Ended;
        }

        if (!ReferenceEquals(decidedFor, _admitted) || !decidedBy.Equals(_services.Rights.Rules))
        {
            return null;
        }

        var wanted = _subscriptions.With(order.Id, order.ChannelNames, order.Terms);
        if (SubscribeRules.Check(wanted, _subscriptions.OfClient, _services.Channels, Limits) is { } tooMany)
        {
            return (Result<Dictionary<string, Joining>>)tooMany;
        }

        // 2.
        try
        {
            return (Result<Dictionary<string, Joining>>)await _subscriptions.SetAsync(wanted, order.SinceOf, seesPresence, cancellationToken);
        }
        catch (RealtimeException refused)
        {
            return (Result<Dictionary<string, Joining>>)refused.Error;
        }
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

    private async ValueTask EndAsync(string channel, string reason)
    {
        await _subscriptions.RemoveEverywhereAsync([channel]);
        Connection.Notify(new SubscriptionMessage(channel, SubscriptionStates.Revoked, reason));
    }

    private static Subscription ImplicitOf(Identity identity)
    {
        string[] channels = identity.UserId is { } userId ? [ChannelName.All, ChannelName.OfUser(userId)] : [ChannelName.All];
        return Subscription.To(Subscription.Implicit, channels, SubscriptionTerms.Plain);
    }
}
