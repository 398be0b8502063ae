using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>
/// The members of one channel. Everything happens under its lock, the handlers included, which is what keeps the order of
/// changes for every node; handlers do not wait, so the lock is short.
/// </summary>
internal sealed class Roster(string channel)
{
    private SmallMap<string, RosterMember> _members;

    // Null until a second one comes.
    private SortedSet<string>? _order;
    private IDirectoryHandler[] _handlers = [];
    private bool _isRetired;

    public bool TryEnter(Occupant occupant)
    {
        lock (this)
        {
            if (_isRetired)
            {
                return false;
            }

            if (!_members.TryGetValue(occupant.MemberId, out var member))
            {
                member = new RosterMember(occupant);
                _members.Add(occupant.MemberId, member);
                if (_members.Count > 1)
                {
                    _order ??= new SortedSet<string>(_members.Keys, StringComparer.Ordinal);
                }

                _order?.Add(occupant.MemberId);
                TellNeedsLock(PresenceTypes.Join, member, occupant, _members.Count);
                return true;
            }

            member.Enter(occupant);
            if (occupant.Profile is { } profile && !(member.Profile is { } known && CanonicalJson.Of(known).SequenceEqual(CanonicalJson.Of(profile))))
            {
                member.Show(occupant);
                TellNeedsLock(PresenceTypes.Update, member, occupant, _members.Count);
            }

            return true;
        }
    }

    /// <summary>Takes a connection out.</summary>
    /// <returns>False when it was not in.</returns>
    public bool Leave(Occupant occupant, bool isExpectedBack)
    {
        lock (this)
        {
            if (!_members.TryGetValue(occupant.MemberId, out var member) || !member.Leave(occupant, isExpectedBack))
            {
                return false;
            }

            RemoveIfGoneNeedsLock(member, occupant);
            return true;
        }
    }

    /// <summary>A connection that was expected back since this leaving is so no longer.</summary>
    public void GiveUp(Occupant occupant)
    {
        lock (this)
        {
            if (_members.TryGetValue(occupant.MemberId, out var member) && member.GiveUp(occupant))
            {
                RemoveIfGoneNeedsLock(member, occupant);
            }
        }
    }

    public MemberSlice Read(string? after, int limit)
    {
        lock (this)
        {
            var order = _order ?? new SortedSet<string>(_members.Keys, StringComparer.Ordinal);
            var last = order.Max;
            if (last is null || after is not null && string.CompareOrdinal(after, last) >= 0)
            {
                return new MemberSlice(order.Count, [], IsLast: true);
            }

            // A view is found by descending the tree; only what is taken of it is walked.
            var rest = after is null ? order : order.GetViewBetween(after, last).SkipWhile(id => id == after);
            Member[] members = [.. rest.Take(limit).Select(id => _members[id].ToMember())];
            return new MemberSlice(order.Count, members, IsLast: members.Length > 0 && members[^1].Id == last);
        }
    }

    public IReadOnlyList<Occupant> ConnectionsOf(string memberId)
    {
        lock (this)
        {
            return _members.TryGetValue(memberId, out var member) ? [.. member.Connections] : [];
        }
    }

    public int CountConnections()
    {
        lock (this)
        {
            return _members.Values.Sum(member => member.Connections.Count);
        }
    }

    public bool TryWatch(IDirectoryHandler handler)
    {
        lock (this)
        {
            if (_isRetired)
            {
                return false;
            }

            if (_handlers.Contains(handler))
            {
                throw new InvalidOperationException("This handler watches the channel already.");
            }

            _handlers = [.. _handlers, handler];
            return true;
        }
    }

    public void Unwatch(IDirectoryHandler handler)
    {
        lock (this)
        {
            _handlers = [.. _handlers.Where(other => other != handler)];
        }
    }

    /// <summary>Ends this roster if nobody is in it and nobody watches it.</summary>
    public bool TryRetire()
    {
        lock (this)
        {
            var ends = !_isRetired && _members.Count == 0 && _handlers.Length == 0;
            _isRetired |= ends;
            return ends;
        }
    }

    private void RemoveIfGoneNeedsLock(RosterMember member, Occupant last)
    {
        if (member.IsThere)
        {
            return;
        }

        var countBefore = _members.Count;
        _members.Remove(last.MemberId);
        _order?.Remove(last.MemberId);
        TellNeedsLock(PresenceTypes.Leave, member, last, countBefore);
        if (countBefore == IDirectory.MaxAnnounced + 1)
        {
            // From here on changes are told again; what was not told before has to be read.
            foreach (var handler in _handlers)
            {
                handler.OnPresenceMissed();
            }
        }
    }

    // Where the last of so many came unannounced, his going, or another's, is not announced either.
    private void TellNeedsLock(string type, RosterMember member, Occupant cause, int count)
    {
        if (_handlers.Length == 0 || count > IDirectory.MaxAnnounced)
        {
            return;
        }

        var change = new PresenceChange(new PresenceMessage(channel, type, member.ToMember()), cause.ConnectionId);
        foreach (var handler in _handlers)
        {
            handler.OnPresence(change);
        }
    }
}
