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
    // What a kept publication costs beside its payload: the record, its strings, its place in the queue.
    private const int Overhead = 256;

    private readonly Lock _lock = new();
    private readonly Queue<Publication> _history = new();
    private IBrokerHandler[] _handlers = [];
    private RecentKeys? _recentKeys;
    private Position? _top;
    private DateTimeOffset _expiresAt = DateTimeOffset.MaxValue;
    private long _lastUsed = time.GetTimestamp();
    private long _bytes;
    private bool _isRetired;

    /// <summary>When something last happened here, as a timestamp of the clock.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    private bool IsIdleNeedsLock => _handlers.Length == 0 && _top is not null;

    public bool TryPublish(Publication publication, Retention? retention, IdempotencyKey? key, out Result<Publication> result)
    {
        lock (_lock)
        {
            if (!TryUseNeedsLock(retention))
            {
                result = default;
                return false;
            }

            if (key is not null)
            {
                _recentKeys ??= new RecentKeys(time);
                if (_recentKeys.Find(key, publication) is { } earlier)
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

            if (key is not null)
            {
                _recentKeys!.Add(key, publication);
            }

            foreach (var handler in _handlers)
            {
                handler.OnPublication(publication);
            }

            result = publication;
            return true;
        }
    }

    public bool TrySubscribe(IBrokerHandler handler, Retention? retention, out Position? position)
    {
        lock (_lock)
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
        lock (_lock)
        {
            SetHandlersNeedsLock([.. _handlers.Where(other => other != handler)]);
        }
    }

    public bool TryRead(Retention retention, long? after, int limit, bool reverse, [NotNullWhen(true)] out HistoryPage? page)
    {
        lock (_lock)
        {
            page = null;
            if (!TryUseNeedsLock(retention))
            {
                return false;
            }

            var kept = reverse ? _history.Reverse() : _history;
            if (after is { } from)
            {
                kept = reverse
                    ? kept.SkipWhile(publication => publication.Position!.Offset >= from)
                    : kept.SkipWhile(publication => publication.Position!.Offset <= from);
            }

            page = new HistoryPage(_top!, [.. kept.Take(limit)]);
            return true;
        }
    }

    /// <summary>Ends this stream if nobody hears it and, unless told otherwise, it has no position to keep.</summary>
    public bool TryRetire(bool evenWithPosition)
    {
        lock (_lock)
        {
            if (_isRetired || _handlers.Length > 0 || _top is not null && !evenWithPosition)
            {
                return false;
            }

            DropHistoryNeedsLock();
            budget.AddIdleStreams(IsIdleNeedsLock ? -1 : 0);
            return _isRetired = true;
        }
    }

    /// <summary>Forgets what it keeps, but not its position.</summary>
    public void DropHistory()
    {
        lock (_lock)
        {
            DropHistoryNeedsLock();
        }
    }

    private bool TryUseNeedsLock(Retention? retention)
    {
        if (_isRetired)
        {
            return false;
        }

        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        if (retention is not null && _top is null)
        {
            // A new stream is a new epoch: no position of an earlier life can be mistaken for one of this.
            _top = new Position(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), 0);
            budget.AddIdleStreams(IsIdleNeedsLock ? 1 : 0);
        }

        if (time.GetUtcNow() >= _expiresAt)
        {
            DropHistoryNeedsLock();
        }

        return true;
    }

    private void SetHandlersNeedsLock(IBrokerHandler[] handlers)
    {
        var wasIdle = IsIdleNeedsLock;
        _handlers = handlers;
        budget.AddIdleStreams((IsIdleNeedsLock ? 1 : 0) - (wasIdle ? 1 : 0));
    }

    private void KeepNeedsLock(Publication publication, Retention retention)
    {
        _history.Enqueue(publication);
        var added = SizeOf(publication);
        while (_history.Count > retention.Size)
        {
            added -= SizeOf(_history.Dequeue());
        }

        _expiresAt = time.GetUtcNow() + retention.Ttl;
        CountNeedsLock(added);
    }

    private void DropHistoryNeedsLock()
    {
        _history.Clear();
        _expiresAt = DateTimeOffset.MaxValue;
        CountNeedsLock(-_bytes);
    }

    private void CountNeedsLock(long bytes)
    {
        _bytes += bytes;
        budget.AddBytes(bytes);
    }

    private static long SizeOf(Publication publication) => publication.Data.Length + Overhead;
}
