using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>One channel on this node: who hears it, and how far it is.</summary>
/// <remarks>
/// Two locks. The gate orders what waits for the broker: the first to join makes the node hear the channel, the last to leave
/// ends that. The lock orders who is in against what is handed out, and nothing waits under it.
/// </remarks>
internal sealed class Channel(string name, IBroker broker, IDirectory directory) : IBrokerHandler, IDirectoryHandler
{
    private readonly AsyncGate _gate = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ISubscriber> _audience = new(StringComparer.Ordinal);
    private Position? _top;
    private bool _isWatched;
    private bool _isHeard;
    private bool _isRetired;

    /// <summary>The position of the last publication that was handed out here; null without history.</summary>
    public Position? Top => Volatile.Read(ref _top);

    /// <summary>Adds a subscriber, who hears everything after the returned position.</summary>
    /// <returns>False when this object is no longer the channel: take a new one.</returns>
    public async ValueTask<(bool Joined, Position? From)> TryJoinAsync(ISubscriber subscriber, Retention? retention, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (_isRetired)
        {
            return (false, null);
        }

        await HearAsync(retention, cancellationToken);

        lock (_lock)
        {
            _audience.Add(subscriber.ConnectionId, subscriber);
            return (true, retention is null ? null : _top);
        }
    }

    /// <summary>Removes a subscriber. When this has returned, nothing more is handed to it.</summary>
    public void Leave(ISubscriber subscriber)
    {
        lock (_lock)
        {
            _audience.Remove(subscriber.ConnectionId);
        }
    }

    /// <summary>Stops hearing the channel if nobody is left.</summary>
    /// <returns>Whether this object is no longer the channel.</returns>
    public async ValueTask<bool> TryRetireAsync()
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);
        if (_isRetired || !IsDeserted())
        {
            return _isRetired;
        }

        if (_isHeard)
        {
            await broker.UnsubscribeAsync(name, this, CancellationToken.None);
        }

        if (_isWatched)
        {
            await directory.UnwatchAsync(name, this, CancellationToken.None);
        }

        return _isRetired = true;
    }

    public void OnPublication(Publication publication)
    {
        var message = new OutboundPublication(publication);
        var sender = publication.Sender?.ConnectionId;
        lock (_lock)
        {
            _top = publication.Position;
            foreach (var (connectionId, subscriber) in _audience)
            {
                if (connectionId == sender && !(publication.Echo && subscriber.WantsEcho))
                {
                    continue;
                }

                subscriber.Deliver(message);
            }
        }
    }

    public void OnPresence(PresenceChange change)
    {
        var message = new OutboundPresence(change.Message);
        lock (_lock)
        {
            foreach (var (connectionId, subscriber) in _audience)
            {
                if (subscriber.SeesPresence && (subscriber.WantsEcho || connectionId != change.ConnectionId))
                {
                    subscriber.DeliverPresence(message);
                }
            }
        }
    }

    public void OnPresenceMissed()
    {
        lock (_lock)
        {
            foreach (var subscriber in _audience.Values.Where(subscriber => subscriber.SeesPresence))
            {
                subscriber.OnPresenceMissed();
            }
        }
    }

    /// <summary>Hands a message that is no publication to everyone here but some.</summary>
    public void Send(Outbound message, IReadOnlySet<string> exceptConnectionIds)
    {
        lock (_lock)
        {
            foreach (var (connectionId, subscriber) in _audience)
            {
                if (!exceptConnectionIds.Contains(connectionId))
                {
                    subscriber.Deliver(message);
                }
            }
        }
    }

    private async ValueTask HearAsync(Retention? retention, CancellationToken cancellationToken)
    {
        if (!_isWatched)
        {
            await directory.WatchAsync(name, this, cancellationToken);
            _isWatched = true;
        }

        if (!_isHeard)
        {
            var from = await broker.SubscribeAsync(name, retention, this, cancellationToken);
            _isHeard = true;
            BeginAfter(from);
        }
        else if (retention is not null && Top is null)
        {
            // It was heard when it kept no history, and keeps one now.
            BeginAfter((await broker.ReadAsync(name, retention, after: null, limit: 1, reverse: true, cancellationToken)).Top);
        }
    }

    private void BeginAfter(Position? position)
    {
        lock (_lock)
        {
            // A publication may have come before the answer; it is further than the answer.
            _top ??= position;
        }
    }

    private bool IsDeserted()
    {
        lock (_lock)
        {
            return _audience.Count == 0;
        }
    }
}
