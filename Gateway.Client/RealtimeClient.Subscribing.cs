using System.Runtime.CompilerServices;
using RealtimeGateway.Client.Subscriptions;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

public sealed partial class RealtimeClient
{
    /// <summary>
    /// The publications of a channel, as long as they are asked for: the subscription begins with the loop and ends when it is left.
    /// What one iteration takes holds up nobody else; see <see cref="SubscriptionOptions.QueueCapacity"/>.
    /// </summary>
    /// <exception cref="RealtimeException">The gateway refused the subscription, or took the channel away; or the connection was given up.</exception>
    public IAsyncEnumerable<EventMessage> SubscribeAsync(string channel, SubscriptionOptions? options = null, CancellationToken cancellationToken = default) =>
        SubscribeAsync([channel], options, cancellationToken);

    /// <inheritdoc cref="SubscribeAsync(string, SubscriptionOptions?, CancellationToken)"/>
    /// <param name="channels">The channels, 1 or more.</param>
    /// <param name="options">What is wanted of them; null for everything that comes next.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<EventMessage> SubscribeAsync(
        IReadOnlyList<string> channels,
        SubscriptionOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var subscription = NewSubscription(channels, options);
        await _core.Subscriptions.AddAsync(subscription, cancellationToken).ConfigureAwait(false);
        await using var ending = subscription.ConfigureAwait(false);
        await foreach (var message in subscription.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return message;
        }
    }

    /// <summary>Subscribes, and calls a handler for each publication. Returns when the gateway has answered.</summary>
    /// <param name="channels">The channels, 1 or more.</param>
    /// <param name="handler">Called in order and one at a time; its token is cancelled when the subscription ends. What it throws is told by <see cref="ErrorOccurred"/>.</param>
    /// <param name="options">What is wanted of them; null for everything that comes next.</param>
    /// <param name="cancellationToken">Gives up waiting, and the subscription with it.</param>
    /// <exception cref="RealtimeException">The gateway refused it, or the connection was given up.</exception>
    public async Task<Subscription> SubscribeAsync(
        IReadOnlyList<string> channels,
        Func<EventMessage, CancellationToken, ValueTask> handler,
        SubscriptionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = NewSubscription(channels, options);
        subscription.Listeners.Add(null, handler);
        _ = subscription.RunAsync(); // It reports the errors of its handlers, and ends with the subscription.
        await _core.Subscriptions.AddAsync(subscription, cancellationToken).ConfigureAwait(false);
        return subscription;
    }

    /// <inheritdoc cref="SubscribeAsync(IReadOnlyList{string}, Func{EventMessage, CancellationToken, ValueTask}, SubscriptionOptions?, CancellationToken)"/>
    public Task<Subscription> SubscribeAsync(
        string channel,
        Func<EventMessage, CancellationToken, ValueTask> handler,
        SubscriptionOptions? options = null,
        CancellationToken cancellationToken = default) => SubscribeAsync([channel], handler, options, cancellationToken);

    /// <inheritdoc cref="SubscribeAsync(IReadOnlyList{string}, Func{EventMessage, CancellationToken, ValueTask}, SubscriptionOptions?, CancellationToken)"/>
    public Task<Subscription> SubscribeAsync(
        string channel,
        Action<EventMessage> handler,
        SubscriptionOptions? options = null,
        CancellationToken cancellationToken = default) => SubscribeAsync([channel], Subscription.Wrap(handler), options, cancellationToken);

    /// <summary>Calls a handler for each event of the user (<c>$user:ID</c>), which come from servers. Disposing what is returned takes it away.</summary>
    public IDisposable OnUserEvent(Action<EventMessage> handler) => _core.Implicit.UserEvents.Add(null, Subscription.Wrap(handler));

    /// <summary>Calls a handler for each broadcast (<c>$all</c>). Disposing what is returned takes it away.</summary>
    public IDisposable OnBroadcast(Action<EventMessage> handler) => _core.Implicit.Broadcasts.Add(null, Subscription.Wrap(handler));

    private Subscription NewSubscription(IReadOnlyList<string> channels, SubscriptionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(channels);
        options ??= new SubscriptionOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueueCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.QueueCapacity, 100_000);
        _core.Link.StartOnce();
        var terms = SubscriptionTerms.Of(channels, options, _options.Echo);
        return new Subscription(ShortId.Next(), terms, options, _core.Subscriptions, _core.Own, (exception, id) => _core.Report(exception, id));
    }
}
