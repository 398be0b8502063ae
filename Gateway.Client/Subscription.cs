using RealtimeGateway.Client.Sending;
using RealtimeGateway.Client.Subscriptions;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>
/// One interest of a <see cref="RealtimeClient"/>: some channels, with event patterns and a filter. It outlives connections: after each
/// reconnect it is asked for again, and what was missed is handed over first. Its handlers are called in order and one at a time.
/// All members may be used from any thread, and from inside its handlers.
/// </summary>
public sealed class Subscription : IAsyncDisposable
{
    private readonly SubscriptionRegistry _registry;
    private readonly OwnPublications _own;
    private readonly Action<Exception> _report;
    private readonly Action<SubscriptionNotice>? _onNotice;
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _updating = new(1);

    internal Subscription(string id, SubscriptionTerms terms, SubscriptionOptions options, SubscriptionRegistry registry, OwnPublications own, Action<Exception, string> report)
    {
        Id = id;
        Ended = _ended.Token;
        Queue = new DeliveryQueue(options.QueueCapacity);
        Core = new SubscriptionCore(this, terms, options.Since);
        _onNotice = options.OnNotice;
        _registry = registry;
        _own = own;
        _report = exception => report(exception, id);
    }

    /// <summary>Its id at the gateway, unlike that of any other of this client.</summary>
    public string Id { get; }

    /// <summary>Its channels now.</summary>
    public IReadOnlyList<string> Channels => _registry.Read(this, core => core.Terms.Channels);

    /// <summary>Where it stands.</summary>
    public SubscriptionState State => _registry.Read(this, core => core.State);

    /// <summary>The gateway's last answer: with the subscription's key, and for each channel from where it is heard. Null before the first.</summary>
    public SubscribeResult? Answer => _registry.Read(this, core => core.Answer);

    internal SubscriptionCore Core { get; }

    internal DeliveryQueue Queue { get; }

    internal Listeners Listeners { get; } = new();

    /// <summary>Whether it is not to hear a publication, because this client published it.</summary>
    internal bool IsSpared(EventMessage message) => _own.Spares(message, Core.Terms.Echo);

    /// <summary>Is cancelled when it ends.</summary>
    internal CancellationToken Ended { get; }

    /// <summary>
    /// How far its handlers are in a channel: what to give as <see cref="SubscriptionOptions.Since"/> to go on from here later.
    /// Null where the channel keeps no history, or is none of its channels.
    /// </summary>
    public Position? Position(string channel) =>
        _registry.Read(this, core => core.FindFeed(channel) is { } feed ? Queue.IsIdle ? feed.Position : feed.Handled : null);

    /// <summary>Calls a handler for each publication with this event name. Disposing what is returned takes it away.</summary>
    public IDisposable On(string eventName, Func<EventMessage, CancellationToken, ValueTask> handler) => Listeners.Add(eventName, handler);

    /// <inheritdoc cref="On(string, Func{EventMessage, CancellationToken, ValueTask})"/>
    public IDisposable On(string eventName, Action<EventMessage> handler) => Listeners.Add(eventName, Wrap(handler));

    /// <summary>Calls a handler for the next publication with this event name. Disposing what is returned takes it away.</summary>
    public IDisposable Once(string eventName, Action<EventMessage> handler) => Listeners.Add(eventName, Wrap(handler), isOnce: true);

    /// <summary>Calls a handler for each publication. Disposing what is returned takes it away.</summary>
    public IDisposable OnAny(Action<EventMessage> handler) => Listeners.Add(null, Wrap(handler));

    /// <summary>How many handlers there are for this event name, or with null, of all kinds.</summary>
    public int CountListeners(string? eventName = null) => Listeners.Count(eventName);

    /// <summary>
    /// Replaces channels, event patterns and filter in one step. What it keeps loses and doubles nothing; new channels begin with what
    /// comes next. Without a connection it is so from the next one on, and the call waits for that.
    /// </summary>
    /// <returns>The gateway's answer.</returns>
    /// <exception cref="RealtimeException">The gateway refused it, and all is as before; or the subscription has ended.</exception>
    public async Task<SubscribeResult> UpdateAsync(SubscriptionUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        await _updating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _registry.UpdateAsync(this, update, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _updating.Release();
        }
    }

    /// <summary>
    /// Ends it: the gateway is told, and no handler is called any more. One that runs is not waited for; the token that it has is
    /// cancelled. Ending it again does nothing.
    /// </summary>
    public Task UnsubscribeAsync(CancellationToken cancellationToken = default) => _registry.RemoveAsync(this, cancellationToken);

    /// <summary>As <see cref="UnsubscribeAsync"/>; what the gateway refuses of it is told by <see cref="RealtimeClient.ErrorOccurred"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await UnsubscribeAsync().ConfigureAwait(false);
        }
        catch (RealtimeException refusal)
        {
            _report(refusal);
        }
    }

    /// <summary>Calls the handlers for whatever comes, until it ends.</summary>
    internal async Task RunAsync()
    {
        try
        {
            await foreach (var delivery in Queue.ReadAsync(Ended).ConfigureAwait(false))
            {
                await HandleAsync(delivery).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or RealtimeException)
        {
            // It has ended; why was told.
        }
    }

    /// <summary>All publications, one after another; notices are told in between.</summary>
    internal async IAsyncEnumerable<EventMessage> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var delivery in Queue.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (delivery.Message is { } message)
            {
                yield return message;
                _registry.Handled(this, message);
            }
            else
            {
                Tell(delivery.Notice!);
                if (delivery.Notice is { Kind: SubscriptionNoticeKind.Disconnected, Error.Error: var error })
                {
                    throw new RealtimeException(error);
                }
            }
        }
    }

    /// <summary>No handler is called any more.</summary>
    internal void Stop()
    {
        Queue.Complete();
        _ended.Cancel();
    }

    internal static Func<EventMessage, CancellationToken, ValueTask> Wrap(Action<EventMessage> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return (message, _) =>
        {
            handler(message);
            return ValueTask.CompletedTask;
        };
    }

    private async ValueTask HandleAsync(Delivery delivery)
    {
        if (delivery.Message is { } message)
        {
            await Listeners.CallAsync(message, _report, Ended).ConfigureAwait(false);
            _registry.Handled(this, message);
        }
        else
        {
            Tell(delivery.Notice!);
        }
    }

    private void Tell(SubscriptionNotice notice)
    {
        try
        {
            _onNotice?.Invoke(notice);
        }
        catch (Exception exception)
        {
            _report(exception);
        }
    }
}
