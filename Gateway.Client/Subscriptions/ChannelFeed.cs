using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>
/// One channel of one subscription: hands on what comes, in order and each position once. While something older is to come
/// first, it holds back what comes. Whoever calls it has the lock of <see cref="SubscriptionRegistry"/>.
/// </summary>
internal sealed class ChannelFeed(string channel, Subscription subscription, Position? since)
{
    private readonly List<EventMessage> _held = [];
    private Position? _told;
    private bool _hasOverflowed; // Held back were too many; history has them.
    private bool _hasLost; // Something is lost that no history has.
    private bool _isLosing; // The last that came is lost, and that is told.
    private bool _tellsRecovery;

    /// <summary>The channel.</summary>
    public string Channel => channel;

    /// <summary>How far it has been handed on; null where that is not known, or the channel keeps no history.</summary>
    public Position? Position { get; private set; } = since;

    /// <summary>How far the handler is.</summary>
    public Position? Handled { get; set; } = since;

    /// <summary>Whether what comes is held back.</summary>
    public bool IsHeld { get; private set; } = true;

    /// <summary>Whether history is being read for it.</summary>
    public bool IsCatchingUp { get; private set; }

    /// <summary>Begins to hold back; what was held back before is forgotten, and comes again.</summary>
    public void HoldAnew()
    {
        Hold();
        _held.Clear();
        _hasOverflowed = false;
        IsCatchingUp = false;
        _told = null;
    }

    /// <summary>Begins to hold back, or goes on.</summary>
    public void Hold() => IsHeld = true;

    /// <summary>Takes a publication that is wanted, or that may be.</summary>
    /// <returns>False where its handler is too slow, and history must be read: <see cref="BeginCatchUp"/>.</returns>
    public bool Take(EventMessage message)
    {
        if (!IsHeld)
        {
            return TryHandOn(message) || FallBehind(message);
        }

        if (_held.Count < subscription.Queue.Capacity && !_hasOverflowed)
        {
            _held.Add(message);
        }
        else
        {
            LoseHeld(message);
        }

        return true;
    }

    /// <summary>The gateway says how far this session is.</summary>
    public void MoveTo(Position position)
    {
        if (IsHeld)
        {
            _told = position;
        }
        else if (!Position.Covers(position))
        {
            Position = position;
        }
    }

    /// <summary>Publications were lost up to this position.</summary>
    public void SkipTo(Position? position, string? reason)
    {
        Position = position ?? Position;
        Tell(SubscriptionNoticeKind.Gap, reason);
    }

    /// <summary>The gateway has answered what it was asked to begin this channel with.</summary>
    /// <param name="result">The answer.</param>
    /// <param name="isWanted">Whether a publication that was held back is for this subscription.</param>
    /// <returns>False where history must be read first: <see cref="BeginCatchUp"/>.</returns>
    public bool Begin(ChannelResult result, Func<EventMessage, bool> isWanted)
    {
        var asked = Position;
        _tellsRecovery = asked is not null;
        if (asked is null || result.Recovered is false)
        {
            GiveUpUntil(result.Position, result.Reason);
            return Release(isWanted);
        }

        if (result.Recovered is true)
        {
            if (!Release(isWanted))
            {
                return false;
            }

            if (result.Position is { } top)
            {
                MoveTo(top);
            }

            TellRecovered();
            return true;
        }

        // Another subscription of this session was there first, so nothing was replayed for this one.
        if (Positions.FindObstacle(asked, result.Position) is { } obstacle)
        {
            GiveUpUntil(result.Position, obstacle);
            return Release(isWanted);
        }

        if (!asked.Covers(result.Position))
        {
            return false;
        }

        TellRecovered();
        return Release(isWanted);
    }

    /// <summary>Hands on what was held back, and holds back no more.</summary>
    /// <returns>False where its handler is too slow, and history must be read: <see cref="BeginCatchUp"/>.</returns>
    public bool Release(Func<EventMessage, bool> isWanted)
    {
        IsHeld = false;
        foreach (var message in _held.Where(isWanted))
        {
            _hasOverflowed = _hasOverflowed || !TryHandOn(message) && !FallBehind(message);
            if (_hasOverflowed)
            {
                break;
            }
        }

        _held.Clear();
        if (_hasLost)
        {
            _hasLost = false;
            TellLoss();
        }

        if (_hasOverflowed)
        {
            return false;
        }

        if (_told is { } told)
        {
            _told = null;
            MoveTo(told);
        }

        return true;
    }

    /// <summary>Holds back until history has been read, from <see cref="Position"/> on.</summary>
    public void BeginCatchUp() => IsHeld = IsCatchingUp = true;

    /// <summary>Before a page is asked for: what was lost of what was held back, this page has.</summary>
    public void BeginPage()
    {
        if (_hasOverflowed)
        {
            _hasOverflowed = false;
            _held.Clear();
        }
    }

    /// <summary>Hands on a publication of history.</summary>
    /// <returns>False where there is no room for it yet.</returns>
    public bool TryHandOnMissed(EventMessage message) => TryHandOn(message with { Replayed = true });

    /// <summary>A page has been handed on.</summary>
    public void EndPage(Position reached)
    {
        if (!Position.Covers(reached))
        {
            Position = reached;
        }
    }

    /// <summary>History has been read to its end.</summary>
    /// <returns>False where it has to be read on, because meanwhile more came than is held back.</returns>
    public bool EndCatchUp(Func<EventMessage, bool> isWanted)
    {
        if (_hasOverflowed)
        {
            return false;
        }

        IsCatchingUp = false;
        TellRecovered();
        return Release(isWanted);
    }

    /// <summary>What was missed cannot be had; it goes on with what was held back.</summary>
    /// <param name="reason">Why, one of <see cref="RecoveryReasons"/>.</param>
    /// <param name="top">Where the channel is, as far as that is known.</param>
    /// <param name="isWanted">Whether a publication that was held back is for this subscription.</param>
    /// <returns>False where its handler is too slow, and history must be read from here.</returns>
    public bool AbandonCatchUp(string reason, Position? top, Func<EventMessage, bool> isWanted)
    {
        IsCatchingUp = false;
        if (_held.Count > 0 && Positions.Of(_held[0]) is { } next)
        {
            Position = next with { Offset = next.Offset - 1 };
        }
        else
        {
            // What was held back and let go of is behind the top, so history is read on; without a top it is lost with the rest.
            Position = top;
            _hasOverflowed = _hasOverflowed && top is not null;
        }

        _tellsRecovery = false;
        Tell(SubscriptionNoticeKind.NotRecovered, reason);
        return Release(isWanted);
    }

    private bool TryHandOn(EventMessage message)
    {
        var position = Positions.Of(message);
        if (Position.Covers(position))
        {
            return true;
        }

        if (!subscription.IsSpared(message) && !subscription.Queue.TryAdd(message))
        {
            return false;
        }

        Position = position ?? Position;
        _isLosing = false;
        return true;
    }

    // Whether there is nothing to be done about it.
    private bool FallBehind(EventMessage message)
    {
        if (Positions.Of(message) is not { } position)
        {
            TellLoss();
            return true;
        }

        Position ??= position with { Offset = position.Offset - 1 };
        return false;
    }

    private void LoseHeld(EventMessage message)
    {
        if (Positions.Of(message) is null)
        {
            _hasLost = true;
        }
        else
        {
            _hasOverflowed = true;
            _held.Clear();
        }
    }

    private void GiveUpUntil(Position? position, string? reason)
    {
        if (_tellsRecovery)
        {
            Tell(SubscriptionNoticeKind.NotRecovered, reason);
        }

        _tellsRecovery = false;
        Position = Handled = position;
    }

    private void TellLoss()
    {
        if (!_isLosing)
        {
            _isLosing = true;
            Tell(SubscriptionNoticeKind.Gap, SubscriptionNotice.Slow);
        }
    }

    private void TellRecovered()
    {
        if (_tellsRecovery)
        {
            _tellsRecovery = false;
            Tell(SubscriptionNoticeKind.Recovered);
        }
    }

    private void Tell(SubscriptionNoticeKind kind, string? reason = null) => subscription.Queue.Add(new SubscriptionNotice(kind, channel, reason));
}
