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
/// <para>Without history nothing can be read: that order is <see cref="LiveOrder"/>'s.</para>
/// </remarks>
internal sealed class HeardChannel : Listened<IBrokerHandler>
{
    private const int PageSize = 200;
    private const int MaxAhead = 1_000;
    private const int MaxRepairs = 2;

    // What comes in another order comes close together.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(20);

    // What the store keeps no longer may be on its way: how long it is waited for, with later ones here already and without.
    private static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly RedisBroker _broker;
    private readonly NodeLease _lease;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<long, (Publication Publication, int Repairs)> _ahead = [];
    private readonly LiveOrder _live;
    private Position? _last;
    private Position? _expected;
    private bool _hasBegun;
    private bool _isRepairing;
    private bool _isRepairWanted;

    public HeardChannel(string name, RedisBroker broker, NodeLease lease, GatewayMetrics metrics, TimeProvider time)
    {
        _name = name;
        _broker = broker;
        _lease = lease;
        _metrics = metrics;
        _time = time;
        _live = new LiveOrder(BringNeedsLock);
    }

    /// <summary>How far it was handed out; null where it keeps nothing, or before it was heard.</summary>
    public Position? Last
    {
        get
        {
            lock (Lock)
            {
                return _last;
            }
        }
    }

    // Nodes have to hear what to apply, whatever else they may not.
    private bool MayHandOut => _name == NodeChannels.Control || _lease.IsHeld;

    /// <summary>The node hears it, and everything after this position has come or will.</summary>
    /// <param name="start">The position; null where it keeps nothing.</param>
    public void Begin(Position? start)
    {
        lock (Lock)
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
            _metrics.UnreadableMessage();
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
        lock (Lock)
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
        lock (Lock)
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
            _metrics.UnreadableMessage();
            return;
        }

        lock (Lock)
        {
            if (MayHandOut)
            {
                Array.ForEach(Listeners, handler => handler.OnMessage(message));
            }
        }
    }

    private void OnPublished(FieldReader fields)
    {
        if (!fields.TryRead(out string? kept) || kept is not ("0" or "1")
            || !fields.TryRead(out string? epoch) || !Printable.IsWord(epoch, 64)
            || !fields.TryRead(out long offset) || offset is < 1 or >= 1L << 53
            || !fields.TryRead(out ReadOnlyMemory<byte> body)
            || !PublicationBytes.TryRead(_name, new Position(epoch, offset), body, out var publication))
        {
            _metrics.UnreadableMessage();
            return;
        }

        lock (Lock)
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

    private void OnLiveNeedsLock(Publication publication)
    {
        // What goes out without a position ends what a position meant.
        _last = null;
        if (_live.Add(publication))
        {
            _ = FlushLiveLaterAsync(); // Nothing in it throws.
        }
    }

    private async Task FlushLiveLaterAsync()
    {
        await Task.Delay(Settling, _time);
        lock (Lock)
        {
            _live.Flush();
        }
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
        _live.End();
        _last = publication.Position;
        BringNeedsLock(publication);
    }

    private void BringNeedsLock(Publication publication)
    {
        foreach (var handler in Listeners)
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
            await Task.Delay(Settling, _time);
            lock (Lock)
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
                _broker.LogRepairFailed(_name, exception);
            }

            lock (Lock)
            {
                if (isDone)
                {
                    ForgetUnknownNeedsLock();
                }

                if (!_isRepairWanted && (_ahead.Count == 0 || !isDone) || Listeners.Length == 0)
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
            lock (Lock)
            {
                from = _last;
                DropKnownNeedsLock();
                if (from is null || !MayHandOut)
                {
                    return false;
                }
            }

            var generation = _broker.Generation;
            var page = await _broker.ReadForRepairAsync(_name, from.Offset, PageSize);
            if (page.Top.Epoch == from.Epoch && page.Top.Offset < from.Offset)
            {
                // It was further than that: the store has lost something, and does not know it.
                await _broker.DisownAsync(generation);
                continue;
            }

            TimeSpan patience;
            lock (Lock)
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

            await Task.Delay(patience, _time);
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
                _metrics.Repaired();
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
        _metrics.Lost(reason);
        foreach (var handler in Listeners)
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
                _metrics.UnreadableMessage();
            }
        }
    }
}
