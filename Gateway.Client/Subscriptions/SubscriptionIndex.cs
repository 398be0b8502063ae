namespace RealtimeGateway.Client.Subscriptions;

/// <summary>The subscriptions of a client, and by channel those that have it. Whoever uses it has the lock of <see cref="SubscriptionRegistry"/>.</summary>
internal sealed class SubscriptionIndex
{
    private readonly List<Subscription> _all = [];
    private readonly Dictionary<string, List<Subscription>> _byChannel = [];

    /// <summary>All of them, in the order in which they were made, which is that in which they come back.</summary>
    public IReadOnlyList<Subscription> All => _all;

    /// <summary>Those that have a channel.</summary>
    public IReadOnlyList<Subscription> Of(string channel) => _byChannel.GetValueOrDefault(channel) ?? [];

    public void Add(Subscription subscription)
    {
        _all.Add(subscription);
        Enter(subscription);
    }

    public void Remove(Subscription subscription)
    {
        Leave(subscription);
        _all.Remove(subscription);
    }

    public bool Contains(Subscription subscription) => _all.Contains(subscription);

    /// <summary>Does something that may give a subscription other channels.</summary>
    public T Change<T>(Subscription subscription, Func<SubscriptionCore, T> what)
    {
        Leave(subscription);
        var result = what(subscription.Core);
        Enter(subscription);
        return result;
    }

    /// <inheritdoc cref="Change{T}(Subscription, Func{SubscriptionCore, T})"/>
    public void Change(Subscription subscription, Action<SubscriptionCore> what)
    {
        Leave(subscription);
        what(subscription.Core);
        Enter(subscription);
    }

    private void Enter(Subscription subscription)
    {
        foreach (var feed in subscription.Core.Feeds)
        {
            if (!_byChannel.TryGetValue(feed.Channel, out var subscriptions))
            {
                _byChannel[feed.Channel] = subscriptions = [];
            }

            subscriptions.Add(subscription);
        }
    }

    private void Leave(Subscription subscription)
    {
        foreach (var feed in subscription.Core.Feeds)
        {
            if (_byChannel.TryGetValue(feed.Channel, out var subscriptions) && subscriptions.Remove(subscription) && subscriptions.Count == 0)
            {
                _byChannel.Remove(feed.Channel);
            }
        }
    }
}
