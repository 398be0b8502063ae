using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>
/// One channel of a <see cref="MemoryBroker"/>. Everything happens under its lock, the handlers included, which is what keeps
/// the order of offsets for every node; handlers do not wait, so the lock is short.
/// </summary>
internal sealed class ChannelStream(HistoryBudget budget, TimeProvider time)
{
    private PublicationLog _history;
    private IBrokerHandler[] _handlers = [];
    private RecentKeys? _recentKeys;
    private Position? _top;
    private DateTimeOffset _expiresAt = DateTimeOffset.MaxValue;
    private long _lastUsed = time.GetTimestamp();
    private bool _countsAsIdle;
    private bool _countsAsHistory;
    private bool _isRetired;

    /// <summary>When something last happened here, as a timestamp of the clock.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Whether nothing was ever published in it: it has a position only because somebody asked.</summary>
    public bool IsBlank => Volatile.Read(ref _top) is not { Offset: > 0 } && Volatile.Read(ref _recentKeys) is null;

    private bool IsIdleNeedsLock => !_isRetired && _handlers.Length == 0 && (_top is not null || _recentKeys is not null);

    public bool TryPublish(Publication publication, Retention? retention, KeyedBody? keyed, out Result<Receipt> result)
    {
        lock (this)
        {
            if (!TryUseNeedsLock(retention))
            {
                result = default;
                return false;
            }

            if (keyed is not null)
            {
                _recentKeys ??= new RecentKeys(budget, time);
                CountIdleNeedsLock();
                if (_recentKeys.Find(keyed) is { } earlier)
                {
                    result = earlier;
                    return true;
                }
            }

            // 1. the position, 2. keep it, 3. carry it: one step, since all of it is under the lock.
            if (retention is not null)
            {
                _top = new Position(_top!.Epoch, _top.Offset + 1);
                publication = publication with { Position = _top };
                KeepNeedsLock(publication, retention);
            }
            else
            {
                ForgetPositionNeedsLock();
            }

            var receipt = new Receipt(publication.Id, publication.Position);
            if (keyed is not null)
            {
                _recentKeys!.Add(keyed, receipt);
            }

            foreach (var handler in _handlers)
            {
                handler.OnPublication(publication);
            }

            result = receipt;
            return true;
        }
    }

    /// <summary>Brings a message to everyone who hears the channel.</summary>
    /// <returns>How many do.</returns>
    public int Send(ReadOnlyMemory<byte> message)
    {
        lock (this)
        {
            foreach (var handler in _handlers)
            {
                handler.OnMessage(message);
            }

            return _handlers.Length;
        }
    }

    public bool TrySubscribe(IBrokerHandler handler, Retention? retention, out Position? position)
    {
        lock (this)
        {
            position = null;
            if (!TryUseNeedsLock(retention))
            {
                return false;
            }

            if (_handlers.Contains(handler))
            {
                throw new InvalidOperationException("This handler hears the channel already.");
            }

            SetHandlersNeedsLock([.. _handlers, handler]);
            position = retention is null ? null : _top;
            return true;
        }
    }

    public void Unsubscribe(IBrokerHandler handler)
    {
        lock (this)
        {
            SetHandlersNeedsLock([.. _handlers.Where(other => other != handler)]);
        }
    }

    public bool TryRead(Retention retention, long? after, int limit, bool reverse, [NotNullWhen(true)] out HistoryPage? page)
    {
        lock (this)
        {
            page = null;
            if (!TryUseNeedsLock(retention))
            {
                return false;
            }

            var publications = reverse ? _history.Before(after ?? long.MaxValue, limit) : _history.After(after ?? 0, limit);
            page = new HistoryPage(_top!, _history.Count, publications);
            return true;
        }
    }

    public bool TryClear(Retention retention, [NotNullWhen(true)] out Position? position)
    {
        lock (this)
        {
            position = null;
            if (!TryUseNeedsLock(retention))
            {
                return false;
            }

            DropHistoryNeedsLock();
            position = _top!;
            return true;
        }
    }

    /// <summary>Ends this stream if nobody hears it and, unless told otherwise, it has nothing to remember.</summary>
    public bool TryRetire(bool evenIfIdle)
    {
        lock (this)
        {
            return TryRetireNeedsLock(evenIfIdle);
        }
    }

    /// <summary>Lets go of what has had its time, and ends this stream if that was all.</summary>
    /// <param name="positionLife">How long the position of a channel that keeps nothing and that nobody hears is remembered.</param>
    public bool TryExpire(TimeSpan positionLife)
    {
        lock (this)
        {
            if (time.GetUtcNow() >= _expiresAt)
            {
                // Its position begins to age only now, when there is nothing left that it belongs to.
                DropHistoryNeedsLock();
                TouchNeedsLock();
            }

            if (_recentKeys is { } keys && keys.ForgetExpired() == 0)
            {
                DropKeysNeedsLock();
            }

            var isForgotten = _history.Count == 0 && _recentKeys is null && time.GetElapsedTime(_lastUsed) >= positionLife;
            return TryRetireNeedsLock(evenIfIdle: isForgotten);
        }
    }

    /// <summary>Forgets what it keeps and which keys it saw, but not its position.</summary>
    public void Drop()
    {
        lock (this)
        {
            DropHistoryNeedsLock();
            DropKeysNeedsLock();
        }
    }

    private bool TryUseNeedsLock(Retention? retention)
    {
        if (_isRetired)
        {
            return false;
        }

        TouchNeedsLock();
        if (retention is not null && _top is null)
        {
            // A new stream is a new epoch: no position of an earlier life can be mistaken for one of this.
            _top = new Position(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), 0);
            CountIdleNeedsLock();
        }

        if (time.GetUtcNow() >= _expiresAt)
        {
            DropHistoryNeedsLock();
        }

        return true;
    }

    private bool TryRetireNeedsLock(bool evenIfIdle)
    {
        if (_isRetired || _handlers.Length > 0 || IsIdleNeedsLock && !evenIfIdle)
        {
            return false;
        }

        _isRetired = true;
        DropHistoryNeedsLock();
        DropKeysNeedsLock();
        return true;
    }

    private void TouchNeedsLock() => Volatile.Write(ref _lastUsed, time.GetTimestamp());

    private void SetHandlersNeedsLock(IBrokerHandler[] handlers)
    {
        _handlers = handlers;
        CountIdleNeedsLock();
    }

    private void CountIdleNeedsLock()
    {
        if (_countsAsIdle != IsIdleNeedsLock)
        {
            _countsAsIdle = !_countsAsIdle;
            budget.AddIdleStreams(_countsAsIdle ? 1 : -1);
        }
    }

    private void CountHistoryNeedsLock()
    {
        if (_countsAsHistory != _history.Count > 0)
        {
            _countsAsHistory = !_countsAsHistory;
            budget.AddHistories(_countsAsHistory ? 1 : -1);
        }
    }

    private void KeepNeedsLock(Publication publication, Retention retention)
    {
        var before = _history.Bytes;
        _history.Add(publication);
        while (_history.Count > retention.Size)
        {
            _history.RemoveOldest();
        }

        _expiresAt = time.GetUtcNow() + retention.Ttl;
        budget.AddBytes(_history.Bytes - before);
        CountHistoryNeedsLock();
    }

    // What goes out without a position is in nobody's history: no position from before it says any more what one has missed.
    private void ForgetPositionNeedsLock()
    {
        if (_top is not null)
        {
            _top = null;
            DropHistoryNeedsLock();
            CountIdleNeedsLock();
        }
    }

    private void DropHistoryNeedsLock()
    {
        budget.AddBytes(-_history.Bytes);
        _history.Clear();
        _expiresAt = DateTimeOffset.MaxValue;
        CountHistoryNeedsLock();
    }

    private void DropKeysNeedsLock()
    {
        _recentKeys?.Clear();
        _recentKeys = null;
        CountIdleNeedsLock();
    }
}
