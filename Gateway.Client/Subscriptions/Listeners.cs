using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>Who hears a stream of publications: all of them or those of one event name, always or once.</summary>
internal sealed class Listeners
{
    private readonly Lock _lock = new();
    private Listener[] _listeners = []; // Never changed, only replaced, so that a handler can add and remove.

    /// <summary>Adds one; disposing what is returned takes it away.</summary>
    /// <param name="eventName">The event's name; null for all.</param>
    /// <param name="handler">What to call.</param>
    /// <param name="isOnce">Whether it is taken away when it is called.</param>
    public IDisposable Add(string? eventName, Func<EventMessage, CancellationToken, ValueTask> handler, bool isOnce = false)
    {
        var listener = new Listener(this, eventName, handler, isOnce);
        lock (_lock)
        {
            _listeners = [.. _listeners, listener];
        }

        return listener;
    }

    /// <summary>How many there are for this name, those for all names left out; null for all of them.</summary>
    public int Count(string? eventName)
    {
        lock (_lock)
        {
            return eventName is null ? _listeners.Length : _listeners.Count(listener => listener.EventName == eventName);
        }
    }

    /// <summary>Calls those that the publication is for, one after another in the order in which they were added.</summary>
    /// <param name="message">The publication.</param>
    /// <param name="report">Hears of each that throws.</param>
    /// <param name="cancellationToken">What the handlers are given.</param>
    public async ValueTask CallAsync(EventMessage message, Action<Exception> report, CancellationToken cancellationToken)
    {
        Listener[] listeners;
        lock (_lock)
        {
            listeners = _listeners;
        }

        foreach (var listener in listeners)
        {
            if (listener.EventName is null || listener.EventName == message.Event)
            {
                await listener.CallAsync(message, report, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool Remove(Listener listener)
    {
        lock (_lock)
        {
            var before = _listeners.Length;
            _listeners = [.. _listeners.Where(other => other != listener)];
            return _listeners.Length < before;
        }
    }

    private sealed class Listener(Listeners owner, string? eventName, Func<EventMessage, CancellationToken, ValueTask> handler, bool isOnce) : IDisposable
    {
        private volatile bool _isRemoved;

        public string? EventName => eventName;

        public async ValueTask CallAsync(EventMessage message, Action<Exception> report, CancellationToken cancellationToken)
        {
            // One before it may have taken it away.
            if (_isRemoved || isOnce && !owner.Remove(this))
            {
                return;
            }

            try
            {
                await handler(message, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // It was told to stop.
            }
            catch (Exception exception)
            {
                report(exception);
            }
        }

        public void Dispose()
        {
            _isRemoved = true;
            owner.Remove(this);
        }
    }
}
