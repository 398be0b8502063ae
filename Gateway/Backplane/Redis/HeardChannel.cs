using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// One channel that this node hears: what comes of it by the link is put in order, and what does not come is read from the store.
/// </summary>
/// <remarks>
/// <para>
/// With history, a publication is handed out when it follows the last one. One that is ahead waits; so does one of another epoch. Then
/// the store is read from the last one on, and what it says is what happened: the missing ones, or that they are lost
/// (<see cref="IBrokerHandler.OnGap"/>), or that the channel began anew. What still waits after that and that the store does not know
/// was published by nobody.
/// </para>
/// <para>
/// Without history nothing can be read. One that is ahead waits for a moment for those before it, and is handed out then.
/// </para>
/// </remarks>
internal sealed class HeardChannel(string name, RedisBroker broker, NodeLease lease, GatewayMetrics metrics, TimeProvider time)
{
    private const int PageSize = 200;
    private const int MaxAhead = 1_000;
    private const int MaxRepairs = 2;

    // What comes in another order comes close together.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(20);

    // What the store keeps no longer may be on its way: how long it is waited for, with later ones here already and without.
    private static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, (Publication Publication, int Repairs)> _ahead = [];
    private IBrokerHandler[] _handlers = [];
    private Position? _last;
    private Position? _live;
    private Position? _expected;
    private bool _hasBegun;
    private bool _isRepairing;
    private bool _isRepairWanted;

    /// <summary>Orders who begins and ends to hear it.</summary>
    public AsyncGate Gate { get; } = new();

    /// <summary>Whether nobody hears it any more, so that another takes its place.</summary>
    public bool IsRetired { get; set; }

    /// <summary>How far it was handed out; null where it keeps nothing, or before it was heard.</summary>
    public Position? Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Whether nobody hears it.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _handlers.Length == 0;
            }
        }
    }

    // Nodes have to hear what to apply, whatever else they may not.
    private bool MayHandOut => name == NodeChannels.Control || lease.IsHeld;

    /// <summary>Brings everything to one more handler.</summary>
    /// <returns>The position after which it is brought.</returns>
    public Position? Add(IBrokerHandler handler)
    {
        lock (_lock)
        {
            if (_handlers.Contains(handler))
            {
                throw new InvalidOperationException("This handler hears the channel already.");
            }

            _handlers = [.. _handlers, handler];
            return _last;
        }
    }

    public void Remove(IBrokerHandler handler)
    {
        lock (_lock)
        {
            _handlers = [.. _handlers.Where(other => other != handler)];
        }
    }

    /// <summary>The node hears it, and everything after this position has come or will.</summary>
    /// <param name="start">The position; null where it keeps nothing.</param>
    public void Begin(Position? start)
    {
        lock (_lock)
        {
            if (_last is null)
            {
                (_last, _hasBegun) = (start, true);
                DrainNeedsLock();
            }
        }
    }

    /// <summary>Takes what came by the link.</summary>
    public void OnMessage(char kind, FieldReader fields)
    {
        if (kind == 'M')
        {
            OnSent(fields);
        }
        else if (kind == 'P')
        {
            OnPublished(fields);
        }
        else if (kind is not ('R' or 'X' or 'N'))
        {
            metrics.UnreadableMessage();
        }
    }

    /// <summary>
    /// Compares it with what the store says of it. What it said the last time has come since, or it does not come: what is on its way is
    /// not missed.
    /// </summary>
    /// <param name="top">What the store says now; null where it does not know the channel.</param>
    /// <param name="isSuspect">Whether something may have been missed: then the first difference counts.</param>
    public void Check(Position? top, bool isSuspect)
    {
        lock (_lock)
        {
            if (!_hasBegun || _last is null)
            {
                return;
            }

            var isBehind = _expected is not null && (_expected.Epoch != _last.Epoch || _expected.Offset > _last.Offset);
            if (isBehind || top is null || isSuspect && top != _last)
            {
                RepairNeedsLock();
            }

            _expected = top;
        }
    }

    /// <summary>Something may have been missed: the store is asked.</summary>
    public void Repair()
    {
        lock (_lock)
        {
            if (_hasBegun && _last is not null)
            {
                RepairNeedsLock();
            }
        }
    }

    private void OnSent(FieldReader fields)
    {
        if (!fields.TryRead(out ReadOnlyMemory<byte> message))
        {
            metrics.UnreadableMessage();
            return;
        }

        lock (_lock)
        {
            if (MayHandOut)
            {
                Array.ForEach(_handlers, handler => handler.OnMessage(message));
            }
        }
    }

    private void OnPublished(FieldReader fields)
    {
        if (!fields.TryRead(out string? kept) || kept is not ("0" or "1")
            || !fields.TryRead(out string? epoch) || !Printable.IsWord(epoch, 64)
            || !fields.TryRead(out long offset) || offset is < 1 or >= 1L << 53
            || !fields.TryRead(out ReadOnlyMemory<byte> body)
            || !PublicationBytes.TryRead(name, new Position(epoch, offset), body, out var publication))
        {
            metrics.UnreadableMessage();
            return;
        }

        lock (_lock)
        {
            if (!MayHandOut)
            {
                return; // Made up for when the fence opens, as far as it is kept.
            }

            if (kept == "0")
            {
                OnLiveNeedsLock(publication);
            }
            else
            {
                OnKeptNeedsLock(publication);
            }
        }
    }

    private void OnKeptNeedsLock(Publication publication)
    {
        var position = publication.Position!;
        if (!_hasBegun)
        {
            WaitNeedsLock(publication);
        }
        else if (_last is null)
        {
            // It was heard when it kept nothing, and keeps something now.
            HandOutNeedsLock(publication);
        }
        else if (position.Epoch != _last.Epoch || position.Offset > _last.Offset + 1)
        {
            WaitNeedsLock(publication);
            RepairNeedsLock();
        }
        else if (position.Offset == _last.Offset + 1)
        {
            HandOutNeedsLock(publication);
            DrainNeedsLock();
        }
    }

    // The order of what keeps nothing is that of its offsets too; nobody else sees these.
    private void OnLiveNeedsLock(Publication publication)
    {
        var position = publication.Position!;
        var isNext = _live is null || _live.Epoch != position.Epoch || _live.Offset + 1 == position.Offset;
        if (isNext)
        {
            if (_live?.Epoch != position.Epoch)
            {
                FlushLiveNeedsLock();
            }

            HandOutLiveNeedsLock(publication);
            while (_ahead.Count > 0 && _ahead.First().Value.Publication is { } next && next.Position == _live! with { Offset = _live.Offset + 1 })
            {
                _ahead.Remove(next.Position.Offset);
                HandOutLiveNeedsLock(next);
            }
        }
        else if (position.Offset > _live!.Offset)
        {
            WaitNeedsLock(publication);
            _ = FlushLiveLaterAsync(); // Nothing in it throws.
        }
    }

    private void HandOutLiveNeedsLock(Publication publication)
    {
        // What goes out without a position ends what a position meant.
        (_live, _last) = (publication.Position, null);
        BringNeedsLock(publication with { Position = null });
    }

    private async Task FlushLiveLaterAsync()
    {
        await Task.Delay(Settling, time);
        lock (_lock)
        {
            FlushLiveNeedsLock();
        }
    }

    private void FlushLiveNeedsLock()
    {
        if (_live is null)
        {
            return;
        }

        foreach (var (publication, _) in _ahead.Values.ToArray())
        {
            HandOutLiveNeedsLock(publication);
        }

        _ahead.Clear();
    }

    private void WaitNeedsLock(Publication publication)
    {
        // Of another epoch than those that wait: the store knows which of them counts.
        if (_ahead.Count > 0 && _ahead.First().Value.Publication.Position!.Epoch != publication.Position!.Epoch)
        {
            _ahead.Clear();
        }

        if (_ahead.Count < MaxAhead)
        {
            _ahead.TryAdd(publication.Position!.Offset, (publication, 0));
        }
    }

    private void DrainNeedsLock()
    {
        if (_last is null)
        {
            return;
        }

        while (_ahead.Count > 0)
        {
            var (offset, (publication, _)) = _ahead.First();
            if (publication.Position!.Epoch != _last.Epoch || offset > _last.Offset + 1)
            {
                RepairNeedsLock();
                return;
            }

            _ahead.Remove(offset);
            if (offset == _last.Offset + 1)
            {
                HandOutNeedsLock(publication);
            }
        }
    }

    private void HandOutNeedsLock(Publication publication)
    {
        (_last, _live) = (publication.Position, null);
        BringNeedsLock(publication);
    }

    private void BringNeedsLock(Publication publication)
    {
        foreach (var handler in _handlers)
        {
            handler.OnPublication(publication);
        }
    }

    private void RepairNeedsLock()
    {
        _isRepairWanted = true;
        if (!_isRepairing)
        {
            _isRepairing = true;
            _ = Task.Run(RepairAsync); // It catches what it throws.
        }
    }

    // One at a time, and another when it was asked for meanwhile.
    private async Task RepairAsync()
    {
        while (true)
        {
            await Task.Delay(Settling, time);
            lock (_lock)
            {
                _isRepairWanted = false;
            }

            var isDone = false;
            try
            {
                isDone = await TryRepairAsync();
            }
            catch (RealtimeException)
            {
                // The store does not answer. When it does, or with the next check, it is asked again.
            }
            catch (Exception exception)
            {
                broker.LogRepairFailed(name, exception);
            }

            lock (_lock)
            {
                if (isDone)
                {
                    ForgetUnknownNeedsLock();
                }

                if (!_isRepairWanted && (_ahead.Count == 0 || !isDone) || _handlers.Length == 0)
                {
                    _isRepairing = false;
                    return;
                }
            }
        }
    }

    private async Task<bool> TryRepairAsync()
    {
        Position? holeAfter = null;
        while (true)
        {
            Position? from;
            lock (_lock)
            {
                from = _last;
                DropKnownNeedsLock();
                if (from is null || !MayHandOut)
                {
                    return false;
                }
            }

            var generation = broker.Generation;
            var page = await broker.ReadForRepairAsync(name, from.Offset, PageSize);
            if (page.Top.Epoch == from.Epoch && page.Top.Offset < from.Offset)
            {
                // It was further than that: the store has lost something, and does not know it.
                await broker.DisownAsync(generation);
                continue;
            }

            TimeSpan patience;
            lock (_lock)
            {
                if (_last is null || !MayHandOut)
                {
                    return false;
                }

                var isAll = TakeNeedsLock(page, from, mayLose: holeAfter == _last);
                DrainNeedsLock();
                if (isAll)
                {
                    return true;
                }

                // Only where nothing has come since that follows is the rest lost.
                patience = !IsHoleNeedsLock(page) ? TimeSpan.Zero : _ahead.Count > 0 ? Overtaken : Silent;
                holeAfter = patience > TimeSpan.Zero ? _last : null;
            }

            await Task.Delay(patience, time);
        }
    }

    // Whether what follows is kept no longer.
    private bool IsHoleNeedsLock(HistoryPage page) => page.Top.Epoch == _last!.Epoch && page.Top.Offset - page.Kept > _last.Offset;

    // True when that was all that there is.
    private bool TakeNeedsLock(HistoryPage page, Position from, bool mayLose)
    {
        if (_last!.Epoch != from.Epoch)
        {
            return false;
        }

        if (page.Top.Epoch != from.Epoch)
        {
            LoseNeedsLock(new Position(page.Top.Epoch, page.Top.Offset - page.Kept), RecoveryReasons.EpochChanged);
            return page.Top.Offset == _last.Offset;
        }

        if (IsHoleNeedsLock(page))
        {
            if (!mayLose)
            {
                return false;
            }

            LoseNeedsLock(_last with { Offset = page.Top.Offset - page.Kept }, RecoveryReasons.Trimmed);
        }

        foreach (var publication in page.Publications)
        {
            if (publication.Position!.Offset > _last.Offset + 1)
            {
                // What is kept there no node has written.
                LoseNeedsLock(_last with { Offset = publication.Position.Offset - 1 }, RecoveryReasons.Trimmed);
            }

            if (publication.Position.Offset == _last.Offset + 1)
            {
                HandOutNeedsLock(publication);
                metrics.Repaired();
            }
        }

        if (page.Publications.Count == 0 && page.Kept > 0 && _last == from && page.Top.Offset > from.Offset)
        {
            LoseNeedsLock(page.Top, RecoveryReasons.Trimmed);
        }

        return _last.Offset >= page.Top.Offset;
    }

    private void LoseNeedsLock(Position top, string reason)
    {
        _last = top;
        metrics.Lost(reason);
        foreach (var handler in _handlers)
        {
            handler.OnGap(top, reason);
        }
    }

    private void DropKnownNeedsLock()
    {
        foreach (var (offset, entry) in _ahead.ToArray())
        {
            if (_last is not null && entry.Publication.Position!.Epoch == _last.Epoch && offset <= _last.Offset)
            {
                _ahead.Remove(offset);
            }
        }
    }

    // It was here before the store was read, twice, and the store does not have it.
    private void ForgetUnknownNeedsLock()
    {
        DropKnownNeedsLock();
        foreach (var (offset, entry) in _ahead.ToArray())
        {
            if (entry.Repairs + 1 < MaxRepairs)
            {
                _ahead[offset] = entry with { Repairs = entry.Repairs + 1 };
            }
            else
            {
                _ahead.Remove(offset);
                metrics.UnreadableMessage();
            }
        }
    }
}
