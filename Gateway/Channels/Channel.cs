using System.Diagnostics.CodeAnalysis;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>One channel on this node: who hears it, and how far it is.</summary>
/// <remarks>
/// Two locks. The gate orders what waits for the broker: the first to join makes the node hear the channel, the last to leave
/// ends that. The lock, which is the channel itself since there are many, orders who is in against what is handed out, and nothing
/// waits under it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Its end is asynchronous: TryRetireAsync frees the timer.")]
internal sealed class Channel(string name, ChannelServices services) : IBrokerHandler, IDirectoryHandler
{
    private readonly AsyncGate _gate = new();
    private readonly Audience _audience = new();
    private SmallMap<string, CatchUp> _catchingUp;
    private Tail? _tail;
    private Position? _top;
    private PositionNotices? _notices;
    private bool _isWatched;
    private bool _isHeard;
    private bool _isRetired;

    /// <summary>The position of the last publication that was handed out here, to everybody; null without history.</summary>
    public Position? Top
    {
        get
        {
            // Not without the lock: a publication has its place here before the last of its audience has it.
            lock (this)
            {
                return _top;
            }
        }
    }

    /// <summary>How much a subscriber is given of what it missed.</summary>
    public RecoveryLimits Limits => services.Recovery.Current;

    /// <summary>Takes a subscriber in.</summary>
    /// <param name="subscriber">The subscriber.</param>
    /// <param name="interests">What it wants of the channel.</param>
    /// <param name="since">The position that it has, from which it wants to catch up; null to hear what comes next.</param>
    /// <param name="retention">What the channel keeps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when this object is no longer the channel: take a new one.</returns>
    public async ValueTask<Joining?> TryJoinAsync(
        ISubscriber subscriber,
        SubscriberInterests interests,
        Position? since,
        Retention? retention,
        CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (_isRetired)
        {
            return null;
        }

        // 2. Make sure that this node hears the channel.
        await HearAsync(retention, cancellationToken);

        lock (this)
        {
            var from = retention is null ? null : _top;
            if (since is not null && retention is not null && since != from)
            {
                var catchUp = new CatchUp(this, subscriber, interests, since, retention);
                _catchingUp.Add(subscriber.ConnectionId, catchUp);
                return catchUp;
            }

            _audience.Add(subscriber, interests, from?.Offset ?? 0);
            return since is null ? new Joined(from)
                : since == from ? new Joined(from, Recovered: true)
                : new Joined(from, Recovered: false, RecoveryReasons.Unavailable);
        }
    }

    /// <summary>A subscriber wants something else from now on.</summary>
    public void Change(ISubscriber subscriber, SubscriberInterests interests)
    {
        lock (this)
        {
            if (_catchingUp.TryGetValue(subscriber.ConnectionId, out var catchUp))
            {
                catchUp.Interests = interests;
            }
            else
            {
                _audience.Change(subscriber, interests);
            }
        }
    }

    /// <summary>Removes a subscriber. When this has returned, nothing more is handed to it.</summary>
    public void Leave(ISubscriber subscriber)
    {
        lock (this)
        {
            _audience.Remove(subscriber);
            if (_catchingUp.Remove(subscriber.ConnectionId, out var catchUp))
            {
                catchUp.End();
            }
        }
    }

    /// <summary>How many interests would be asked about a publication, with this one.</summary>
    public int CountInterestsWith(Interest one)
    {
        lock (this)
        {
            return _audience.Interests.Concat(_catchingUp.Values.SelectMany(catchUp => catchUp.Interests.All.Selective)).Append(one).Distinct().Count();
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
            await services.Broker.UnsubscribeAsync(name, this, CancellationToken.None);
        }

        if (_isWatched)
        {
            await services.Directory.UnwatchAsync(name, this, CancellationToken.None);
        }

        _notices?.Dispose();
        return _isRetired = true;
    }

    /// <summary>Reads what the channel keeps after an offset, the oldest first.</summary>
    public ValueTask<HistoryPage> ReadAsync(Retention retention, long after, int limit, CancellationToken cancellationToken) =>
        services.Broker.ReadAsync(name, retention, after, limit, reverse: false, cancellationToken);

    /// <summary>Keeps what is published from now on at hand, until what is returned is disposed.</summary>
    public IDisposable KeepTail()
    {
        lock (this)
        {
            (_tail ??= new Tail()).Keep(_top);
        }

        return new TailUse(this);
    }

    /// <summary>Lets one who has caught up hear what comes next.</summary>
    /// <param name="catchUp">How far it has come.</param>
    /// <param name="rest">What it has to be given before, and is more than it can be given at once; null when that is not at hand.</param>
    /// <returns>Null when it has not caught up.</returns>
    public Joined? TryGoLive(CatchUp catchUp, out Publication[]? rest)
    {
        lock (this)
        {
            rest = null;
            if (!IsCatchingUpNeedsLock(catchUp))
            {
                return Joined.Never;
            }

            if (_top?.Epoch != catchUp.Reached.Epoch || _tail?.After(catchUp.Reached.Offset) is not { } missing)
            {
                return null;
            }

            if (missing.Length > 1 && missing.Sum(publication => (long)publication.Size) > Limits.SeamBytes)
            {
                rest = missing;
                return null;
            }

            Array.ForEach(missing, catchUp.Replay);
            return GoLiveNeedsLock(catchUp, catchUp.Reached, obstacle: null);
        }
    }

    /// <summary>Lets one hear what comes next that cannot be given what it missed.</summary>
    public Joined GoLive(CatchUp catchUp, string obstacle)
    {
        lock (this)
        {
            return IsCatchingUpNeedsLock(catchUp) ? GoLiveNeedsLock(catchUp, _top, obstacle) : Joined.Never;
        }
    }

    public void OnPublication(Publication publication)
    {
        lock (this)
        {
            if (publication.Position?.Epoch != _top?.Epoch)
            {
                _tail?.Clear();
                _audience.ForgetCursors();
            }

            _top = publication.Position;
            _tail?.Add(publication);
            var handedOut = _audience.HandOut(publication, out var passedOver);
            services.Metrics.Delivered(handedOut, services.Time.GetUtcNow() - publication.Time);
            if (passedOver && publication.Position is not null)
            {
                (_notices ??= new PositionNotices(services.Time, TellPosition)).Request();
            }
        }
    }

    public void OnGap(Position top, string reason)
    {
        lock (this)
        {
            _top = top;
            _tail?.BeginAfter(top);
            _audience.TellGap(top, reason);
        }
    }

    public void OnMessage(ReadOnlyMemory<byte> message)
    {
        if (SentMessage.TryRead(message, out var sent))
        {
            Send(sent.Message, sent.ExceptConnectionIds);
        }
        else
        {
            services.Metrics.UnreadableMessage();
        }
    }

    public void OnPresence(PresenceChange change)
    {
        bool MayHear(ISubscriber subscriber) =>
            subscriber.SeesPresence && (subscriber.WantsEcho || subscriber.ConnectionId != change.ConnectionId);

        var message = new OutboundPresence(change.Message);
        lock (this)
        {
            foreach (var subscriber in _audience.Subscribers)
            {
                if (MayHear(subscriber) && !subscriber.TryDeliverPresence(message))
                {
                    subscriber.OnPresenceMissed();
                }
            }

            foreach (var (_, catchUp) in _catchingUp)
            {
                if (MayHear(catchUp.Subscriber) && !catchUp.HasMissedPresence)
                {
                    catchUp.HasMissedPresence = !catchUp.Subscriber.TryDeliverPresence(message);
                }
            }
        }
    }

    public void OnPresenceMissed()
    {
        lock (this)
        {
            foreach (var subscriber in _audience.Subscribers.Where(subscriber => subscriber.SeesPresence))
            {
                subscriber.OnPresenceMissed();
            }

            foreach (var (_, catchUp) in _catchingUp)
            {
                catchUp.HasMissedPresence = true;
            }
        }
    }

    /// <summary>
    /// Hands a message that is no publication to everyone here but some. It has no place in the order, so who still catches up gets
    /// it at once.
    /// </summary>
    public void Send(Outbound message, IReadOnlySet<string> exceptConnectionIds)
    {
        lock (this)
        {
            var all = _audience.Subscribers.Concat(_catchingUp.Values.Select(catchUp => catchUp.Subscriber));
            foreach (var subscriber in all.Where(subscriber => !exceptConnectionIds.Contains(subscriber.ConnectionId)))
            {
                try
                {
                    subscriber.Outlet.Send(message);
                }
                catch (Exception exception)
                {
                    // Neither the others nor who sent it are to have less for it.
                    subscriber.OnDeliveryFailed(exception);
                }
            }
        }
    }

    private async ValueTask HearAsync(Retention? retention, CancellationToken cancellationToken)
    {
        if (!_isWatched)
        {
            await services.Directory.WatchAsync(name, this, cancellationToken);
            _isWatched = true;
        }

        if (!_isHeard)
        {
            var from = await services.Broker.SubscribeAsync(name, retention, this, cancellationToken);
            _isHeard = true;
            BeginAfter(from);
        }
        else if (retention is not null && Top is null)
        {
            // It was heard when it kept no history, and keeps one now.
            BeginAfter((await services.Broker.ReadAsync(name, retention, after: null, limit: 1, reverse: true, cancellationToken)).Top);
        }
    }

    private void BeginAfter(Position? position)
    {
        lock (this)
        {
            // A publication may have come before the answer; it is further than the answer.
            _top ??= position;
        }
    }

    // It may have been taken out, and another have begun.
    private bool IsCatchingUpNeedsLock(CatchUp catchUp) => _catchingUp.GetValueOrDefault(catchUp.Subscriber.ConnectionId) == catchUp;

    private Joined GoLiveNeedsLock(CatchUp catchUp, Position? from, string? obstacle)
    {
        _catchingUp.Remove(catchUp.Subscriber.ConnectionId);
        _audience.Add(catchUp.Subscriber, catchUp.Interests, from?.Offset ?? 0);
        if (catchUp.HasMissedPresence && catchUp.Subscriber.SeesPresence)
        {
            catchUp.Subscriber.OnPresenceMissed();
        }

        return new Joined(from, Recovered: obstacle is null, obstacle);
    }

    private void TellPosition()
    {
        lock (this)
        {
            if (_top is { } top)
            {
                _audience.TellPosition(top);
            }
        }
    }

    private bool IsDeserted()
    {
        lock (this)
        {
            return _audience.IsEmpty && _catchingUp.Count == 0;
        }
    }

    private void ReleaseTail()
    {
        lock (this)
        {
            _tail?.Release();
        }
    }

    private sealed class TailUse(Channel channel) : IDisposable
    {
        public void Dispose() => channel.ReleaseTail();
    }
}
