using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The subscriptions of one session, and the channels that it is in because of them: a channel is joined with the first
/// subscription that names it and left with the last. Not safe for use by several threads: the session's gate guards it.
/// </summary>
internal sealed class SubscriptionSet(Session session, ChannelRegistry channels, TimeProvider time)
{
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Membership> _memberships = new(StringComparer.Ordinal);

    /// <summary>The subscriptions that the client made.</summary>
    public IEnumerable<Subscription> OfClient => _subscriptions.Values.Where(subscription => !subscription.IsGateways);

    /// <summary>
    /// The channels that are heard by permission: all but the gateway's own and those that the server granted. It goes by what
    /// is heard and not by what was asked for, so nothing that is heard can escape a new decision.
    /// </summary>
    public IEnumerable<string> NeedingPermission =>
        _memberships.Keys.Where(channel => Find(Subscription.Implicit)?.Names(channel) is not true && Find(Subscription.Grants)?.Names(channel) is not true);

    public Subscription? Find(string id) => _subscriptions.GetValueOrDefault(id);

    public bool Hears(string channel) => _memberships.ContainsKey(channel);

    /// <summary>Makes or replaces one subscription: all of it, or on an exception nothing.</summary>
    /// <returns>For each channel that was joined now the position after which it is heard.</returns>
    public async ValueTask<IReadOnlyDictionary<string, Position?>> SetAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        // 1. Join what is new. 2. Only then let the subscription be what was asked. 3. Leave what nothing names any more.
        var joined = new Dictionary<string, Position?>(StringComparer.Ordinal);
        try
        {
            foreach (var channel in subscription.Channels.Where(channel => !Hears(channel)))
            {
                var membership = new Membership(session, subscription.Echoes[channel], time.GetUtcNow());
                joined[channel] = await channels.JoinAsync(channel, membership, cancellationToken);
                _memberships[channel] = membership;
            }
        }
        catch
        {
            await LeaveAsync(joined.Keys);
            throw;
        }

        var replaced = Find(subscription.Id);
        _subscriptions[subscription.Id] = subscription;
        await SettleAsync([.. subscription.Channels, .. replaced?.Channels ?? Enumerable.Empty<string>()]);
        return joined;
    }

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
        await SettleAsync(gone);
        return true;
    }

    /// <summary>The session is another user now: the members of its channels are others.</summary>
    public void OnUserChanged()
    {
        foreach (var channel in _memberships.Keys)
        {
            channels.Find(channel)?.OnUserChanged();
        }
    }

    /// <summary>Ends everything.</summary>
    public ValueTask ClearAsync()
    {
        _subscriptions.Clear();
        return LeaveAsync([.. _memberships.Keys]);
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

    private void Narrow(Subscription subscription, IReadOnlyCollection<string> gone)
    {
        var left = subscription.Without(gone);
        if (left.Echoes.Count == 0)
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
        foreach (var channel in touched.Distinct(StringComparer.Ordinal).Where(Hears))
        {
            var naming = _subscriptions.Values.Where(subscription => subscription.Names(channel)).ToArray();
            if (naming.Length == 0)
            {
                unnamed.Add(channel);
            }
            else
            {
                _memberships[channel].WantsEcho = naming.Any(subscription => subscription.Echoes[channel]);
            }
        }

        await LeaveAsync(unnamed);
    }

    private async ValueTask LeaveAsync(IEnumerable<string> names)
    {
        foreach (var channel in names)
        {
            if (_memberships.Remove(channel, out var membership))
            {
                await channels.LeaveAsync(channel, membership);
            }
        }
    }
}
