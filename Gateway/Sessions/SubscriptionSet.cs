using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The subscriptions of one session, and the channels that it is in because of them: a channel is joined with the first
/// subscription that names it and left with the last. Others see it there unless all of them are hidden. Not safe for use by
/// several threads: the session's gate guards it.
/// </summary>
internal sealed class SubscriptionSet(Session session, ChannelRegistry channels, IDirectory directory, TimeProvider time)
{
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Membership> _memberships = new(StringComparer.Ordinal);

    /// <summary>The subscriptions that the client made.</summary>
    public IEnumerable<Subscription> OfClient => _subscriptions.Values.Where(subscription => !subscription.IsGateways);

    /// <summary>
    /// Every channel that is heard, whether by permission, and whether hidden. It goes by what is heard and not by what was
    /// asked for, so nothing that is heard can escape a new decision. The gateway's own channels need none, nor do those that
    /// the server granted.
    /// </summary>
    public IEnumerable<(string Channel, bool NeedsPermission, bool Hidden)> Heard => _memberships.Keys.Select(channel =>
        (channel, Find(Subscription.Implicit)?.Names(channel) is not true && Find(Subscription.Grants)?.Names(channel) is not true, TermsOf(channel).Any(terms => terms.Hidden)));

    public Subscription? Find(string id) => _subscriptions.GetValueOrDefault(id);

    public bool Hears(string channel) => _memberships.ContainsKey(channel);

    /// <summary>Makes or replaces one subscription: all of it, or on an exception nothing.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="withPresence">Those of its channels whose members the session may see.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>For each channel that was joined now the position after which it is heard.</returns>
    public async ValueTask<IReadOnlyDictionary<string, Position?>> SetAsync(
        Subscription subscription,
        IReadOnlySet<string> withPresence,
        CancellationToken cancellationToken)
    {
        // 1. Join what is new. 2. Only then let the subscription be what was asked. 3. Leave what nothing names any more.
        var joined = new Dictionary<string, Position?>(StringComparer.Ordinal);
        try
        {
            foreach (var (channel, terms) in subscription.Terms.Where(entry => !Hears(entry.Key)))
            {
                var membership = new Membership(session, time.GetUtcNow()) { SeesPresence = withPresence.Contains(channel) };
                membership.Apply([terms]);
                joined[channel] = await channels.JoinAsync(channel, membership, cancellationToken);
                _memberships[channel] = membership;
            }
        }
        catch
        {
            await LeaveAsync(joined.Keys, TimeSpan.Zero);
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

    /// <summary>Takes channels out of every subscription.</summary>
    public async ValueTask RemoveEverywhereAsync(IReadOnlyCollection<string> gone)
    {
        foreach (var subscription in _subscriptions.Values.ToArray())
        {
            Narrow(subscription, gone);
        }

        await SettleAsync(gone);
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
            membership.SeesPresence = seesPresence;
        }
    }

    /// <summary>Lets nobody see the session any more, nor it them: what it was, it is no longer.</summary>
    public async ValueTask WithdrawAsync()
    {
        foreach (var (channel, membership) in _memberships)
        {
            membership.SeesPresence = false;
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
        foreach (var channel in touched.Distinct(StringComparer.Ordinal).Where(Hears))
        {
            SubscriptionTerms[] terms = [.. TermsOf(channel)];
            if (terms.Length == 0)
            {
                unnamed.Add(channel);
            }
            else
            {
                _memberships[channel].Apply(terms);
                await ShowAsync(channel, _memberships[channel]);
            }
        }

        await LeaveAsync(unnamed, TimeSpan.Zero);
    }

    private IEnumerable<SubscriptionTerms> TermsOf(string channel) =>
        _subscriptions.Values.Where(subscription => subscription.Names(channel)).Select(subscription => subscription.Terms[channel]);

    private async ValueTask LeaveAsync(IEnumerable<string> names, TimeSpan grace)
    {
        foreach (var channel in names)
        {
            if (_memberships.Remove(channel, out var membership))
            {
                try
                {
                    await channels.LeaveAsync(channel, membership);
                }
                finally
                {
                    await HideAsync(channel, membership, grace);
                }
            }
        }
    }

    private async ValueTask ShowAsync(string channel, Membership membership)
    {
        var wanted = IsListed(channel) ? membership.ToShow : null;
        if (wanted is null)
        {
            await HideAsync(channel, membership, TimeSpan.Zero);
        }
        else if (wanted != membership.Shown)
        {
            membership.Shown = wanted;
            await directory.EnterAsync(channel, wanted);
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
            await directory.LeaveAsync(channel, shown, grace);
        }
    }
}
