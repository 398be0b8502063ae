using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The subscriptions of one session, and the channels that it is in because of them: a channel is joined with the first
/// subscription that names it and left with the last. Others see it there unless all of them are hidden. Not safe for use by
/// several threads: the session's gate guards it.
/// </summary>
internal sealed class SubscriptionSet(Session session, SessionServices services)
{
    private static readonly Dictionary<string, bool> NoPresence = [];

    private SmallMap<string, Subscription> _subscriptions;
    private SmallMap<string, Membership> _memberships;

    /// <summary>The subscriptions that the client made.</summary>
    public IEnumerable<Subscription> OfClient => _subscriptions.Values.Where(subscription => !subscription.IsGateways);

    /// <summary>
    /// Every channel that is heard, whether by permission, and whether hidden. It goes by what is heard and not by what was
    /// asked for, so nothing that is heard can escape a new decision. The gateway's own channels need none, nor do those that
    /// the server granted.
    /// </summary>
    public IEnumerable<(string Channel, bool NeedsPermission, bool Hidden)> Heard => _memberships.Keys.Select(channel =>
    {
        var isGiven = Find(Subscription.Implicit)?.Names(channel) is true || Find(Subscription.Grants)?.Names(channel) is true;
        return (channel, !isGiven, Naming(channel).Any(subscription => subscription.Terms[channel].Hidden));
    });

    public Subscription? Find(string id) => _subscriptions.GetValueOrDefault(id);

    /// <summary>What the subscription of this id would be with these channels; without an id the default one, which is widened.</summary>
    public Subscription With(string? id, IEnumerable<string> channelNames, SubscriptionTerms terms) =>
        id is null && Find(Subscription.Default) is { } standing
            ? standing.With(channelNames, terms)
            : Subscription.To(id ?? Subscription.Default, channelNames, terms);

    public bool Hears(string channel) => _memberships.ContainsKey(channel);

    /// <summary>Makes or replaces one subscription: all of it, or on an exception nothing.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="sinceOf">The position from which a channel that is joined now is to catch up; null for none.</param>
    /// <param name="seesPresence">In which of its channels the session may see who comes and goes, as far as it was decided now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The channels that were joined now.</returns>
    public async ValueTask<Dictionary<string, Joining>> SetAsync(
        Subscription subscription,
        Func<string, Position?> sinceOf,
        IReadOnlyDictionary<string, bool> seesPresence,
        CancellationToken cancellationToken)
    {
        // Join what is new; only then let the subscription be what was asked; then leave what nothing names any more.
        var joined = new Dictionary<string, Joining>(StringComparer.Ordinal);
        try
        {
            foreach (var (channel, _) in subscription.Terms)
            {
                if (Hears(channel))
                {
                    continue;
                }

                var terms = MembershipTerms.Of(channel, [subscription]);
                var membership = new Membership(session, channel);
                membership.Apply(terms);
                if (seesPresence.TryGetValue(channel, out var sees))
                {
                    membership.DecidePresence(sees);
                }

                joined[channel] = await services.Channels.JoinAsync(channel, membership, terms.Interests, sinceOf(channel), cancellationToken);
                _memberships[channel] = membership;
            }
        }
        catch
        {
            await LeaveAsync([.. joined.Keys], TimeSpan.Zero);
            throw;
        }

        foreach (var (channel, sees) in seesPresence)
        {
            SetSeesPresence(channel, sees);
        }

        var replaced = Find(subscription.Id);
        _subscriptions[subscription.Id] = subscription;
        await SettleAsync(subscription.Channels);
        if (replaced is not null)
        {
            await SettleAsync(replaced.Channels.Where(channel => !subscription.Names(channel)));
        }

        return joined;
    }

    /// <summary>The same for a subscription that catches up with nothing and sees nobody.</summary>
    public async ValueTask SetAsync(Subscription subscription, CancellationToken cancellationToken) =>
        await SetAsync(subscription, _ => null, NoPresence, cancellationToken);

    /// <summary>Ends one subscription.</summary>
    public async ValueTask<bool> RemoveAsync(string id)
    {
        if (!_subscriptions.Remove(id, out var removed))
        {
            return false;
        }

        await SettleAsync(removed.Channels);
        return true;
    }

    /// <summary>Takes channels out of one subscription, which ends when none is left.</summary>
    public async ValueTask<bool> RemoveAsync(string id, IReadOnlyCollection<string> gone)
    {
        if (Find(id) is not { } subscription || !gone.Any(subscription.Names))
        {
            return false;
        }

        Narrow(subscription, gone);
        await SettleAsync(gone.Distinct(StringComparer.Ordinal));
        return true;
    }

    /// <summary>Takes channels out of every subscription.</summary>
    public async ValueTask RemoveEverywhereAsync(IReadOnlyCollection<string> gone)
    {
        foreach (var subscription in _subscriptions.Values.ToArray())
        {
            Narrow(subscription, gone);
        }

        await SettleAsync(gone);
    }

    /// <summary>Takes a channel out of the subscriptions that are hidden in it.</summary>
    /// <returns>Whether it is heard no longer.</returns>
    public async ValueTask<bool> RemoveHiddenAsync(string channel)
    {
        foreach (var subscription in Naming(channel).Where(subscription => subscription.Terms[channel].Hidden))
        {
            Narrow(subscription, [channel]);
        }

        if (!OfClient.Any(subscription => subscription.Names(channel)))
        {
            // What the server granted beside them would show it now.
            await RemoveEverywhereAsync([channel]);
        }

        await SettleAsync([channel]);
        return !Hears(channel);
    }

    /// <summary>Ends everything.</summary>
    /// <param name="grace">How long the session's user is expected back with another.</param>
    public ValueTask ClearAsync(TimeSpan grace)
    {
        _subscriptions.Clear();
        return LeaveAsync([.. _memberships.Keys], grace);
    }

    /// <summary>Lets the session see who comes and goes in a channel, or not.</summary>
    public void SetSeesPresence(string channel, bool seesPresence)
    {
        if (_memberships.TryGetValue(channel, out var membership))
        {
            membership.DecidePresence(seesPresence);
        }
    }

    /// <summary>Lets nobody see the session any more, nor it them: what it was, it is no longer.</summary>
    public async ValueTask WithdrawAsync()
    {
        foreach (var (channel, membership) in _memberships)
        {
            membership.DecidePresence(false);
            await HideAsync(channel, membership, TimeSpan.Zero);
        }
    }

    /// <summary>Lets others see the session as it is now, in every channel where it is not hidden.</summary>
    public async ValueTask ShowAsync()
    {
        foreach (var (channel, membership) in _memberships)
        {
            await ShowAsync(channel, membership);
        }
    }

    private void Narrow(Subscription subscription, IReadOnlyCollection<string> gone)
    {
        var left = subscription.Without(gone);
        if (left.Terms.Count == 0)
        {
            _subscriptions.Remove(subscription.Id);
        }
        else
        {
            _subscriptions[subscription.Id] = left;
        }
    }

    // Leaves the channels that no subscription names, and keeps in the others what the rest wants.
    private async ValueTask SettleAsync(IEnumerable<string> touched)
    {
        var unnamed = new List<string>();
        foreach (var channel in touched)
        {
            if (!_memberships.TryGetValue(channel, out var membership))
            {
                continue;
            }

            var naming = Naming(channel);
            if (naming.Count == 0)
            {
                unnamed.Add(channel);
            }
            else
            {
                var terms = MembershipTerms.Of(channel, naming);
                membership.Apply(terms);
                services.Channels.Find(channel)?.Change(membership, terms.Interests);
                await ShowAsync(channel, membership);
            }
        }

        await LeaveAsync(unnamed, TimeSpan.Zero);
    }

    private List<Subscription> Naming(string channel)
    {
        var naming = new List<Subscription>(_subscriptions.Count);
        foreach (var (_, subscription) in _subscriptions)
        {
            if (subscription.Names(channel))
            {
                naming.Add(subscription);
            }
        }

        return naming;
    }

    private async ValueTask LeaveAsync(List<string> names, TimeSpan grace)
    {
        // All of them, whatever happens with one: nobody would try again.
        var failures = new List<Exception>();
        foreach (var channel in names)
        {
            if (!_memberships.Remove(channel, out var membership))
            {
                continue;
            }

            try
            {
                await services.Channels.LeaveAsync(channel, membership);
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }

            await HideAsync(channel, membership, grace);
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private async ValueTask ShowAsync(string channel, Membership membership)
    {
        if (membership.IsHidden || !IsListed(channel))
        {
            await HideAsync(channel, membership, TimeSpan.Zero);
            return;
        }

        // It came when it was first seen, not when it began to listen.
        var since = membership.Shown?.EnteredAt ?? services.Time.GetUtcNow();
        var wanted = new Occupant(session.ConnectionId, session.Identity.UserId, session.Profile, since);
        if (wanted != membership.Shown)
        {
            await services.Directory.EnterAsync(channel, wanted);
            membership.Shown = wanted;
        }
    }

    // Of the gateway's own channels only a user's: who is in it are his sessions, and nobody else's. In that of broadcasts
    // everybody is.
    private bool IsListed(string channel) =>
        !channel.StartsWith('$') || session.Identity.UserId is { } userId && channel == ChannelName.OfUser(userId);

    private async ValueTask HideAsync(string channel, Membership membership, TimeSpan grace)
    {
        if (membership.Shown is { } shown)
        {
            membership.Shown = null;
            await services.Directory.LeaveAsync(channel, shown, grace);
        }
    }
}
