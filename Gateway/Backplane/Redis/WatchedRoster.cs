using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// The members of one channel as this node is told of them. Each change names the version before it and its own: one that does not
/// follow waits for those before it, and when they do not come, what is known is no longer what can be read
/// (<see cref="IDirectoryHandler.OnPresenceMissed"/>).
/// </summary>
internal sealed class WatchedRoster(string name, NodeLease lease, GatewayMetrics metrics, TimeProvider time) : Listened<IDirectoryHandler>
{
    private const int MaxAhead = 1_000;

    // What comes in another order comes close together.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<long, Change> _ahead = [];
    private long _version;
    private long? _differed;
    private bool _hasBegun;
    private bool _isWaiting;

    /// <summary>Every change after this version has come or will.</summary>
    public void Begin(long version)
    {
        lock (Lock)
        {
            (_version, _hasBegun) = (version, true);
            bool HasCome(Change change) => change.Version == 0
                ? version == 0 && _ahead.Values.All(other => other.Version != change.Before)
                : change.Version <= version;
            foreach (var known in _ahead.Values.Where(HasCome).ToArray())
            {
                _ahead.Remove(known.Before);
            }

            FollowNeedsLock();
        }
    }

    /// <summary>Compares it with what the store says, twice before it is believed: a change may be on its way.</summary>
    public void Check(long version)
    {
        lock (Lock)
        {
            if (!_hasBegun || version == _version)
            {
                _differed = null;
            }
            else if (_differed == _version)
            {
                MissNeedsLock(version);
            }
            else
            {
                _differed = _version;
            }
        }
    }

    /// <summary>Changes may have been held back.</summary>
    public void Miss()
    {
        lock (Lock)
        {
            Array.ForEach(Listeners, handler => handler.OnPresenceMissed());
        }
    }

    /// <summary>Takes what came by the link.</summary>
    public void OnMessage(char kind, FieldReader fields)
    {
        if (kind is not ('R' or 'X' or 'N'))
        {
            return;
        }

        if (!fields.TryRead(out long before) || !fields.TryRead(out long version) || !TryReadChange(kind, fields, out var told))
        {
            metrics.UnreadableMessage();
            return;
        }

        lock (Lock)
        {
            // What a node may not deliver is in nobody's list when it may again: it is told then that something was missed.
            if (!lease.IsHeld || _hasBegun && version != 0 && version <= _version)
            {
                return;
            }

            if (_ahead.Count < MaxAhead)
            {
                _ahead[before] = new Change(before, version, kind == 'X', told);
            }

            FollowNeedsLock();
            if (_hasBegun && _ahead.Count > 0 && !_isWaiting)
            {
                _isWaiting = true;
                _ = GiveUpLaterAsync(); // Nothing in it throws.
            }
        }
    }

    private void FollowNeedsLock()
    {
        while (_hasBegun && _ahead.Remove(_version, out var next))
        {
            _version = next.Version;
            foreach (var handler in Listeners)
            {
                if (next.Told is { } change)
                {
                    handler.OnPresence(change);
                }
                else if (next.IsEndOfSilence)
                {
                    handler.OnPresenceMissed();
                }
            }
        }
    }

    private async Task GiveUpLaterAsync()
    {
        await Task.Delay(Patience, time);
        lock (Lock)
        {
            _isWaiting = false;
            if (_ahead.Count > 0)
            {
                MissNeedsLock(_ahead.Values.Max(change => change.Version));
            }
        }
    }

    private void MissNeedsLock(long version)
    {
        (_version, _differed) = (version, null);
        _ahead.Clear();
        Array.ForEach(Listeners, handler => handler.OnPresenceMissed());
    }

    private bool TryReadChange(char kind, FieldReader fields, out PresenceChange? change)
    {
        change = null;
        if (kind != 'R')
        {
            return true;
        }

        if (!fields.TryRead(out string? type) || type is not (PresenceTypes.Join or PresenceTypes.Leave or PresenceTypes.Update)
            || !fields.TryRead(out string? id)
            || !fields.TryRead(out string? user)
            || !fields.TryRead(out long connections) || connections is < 0 or > int.MaxValue
            || !fields.TryRead(out ReadOnlyMemory<byte> profile)
            || !fields.TryRead(out long joinedAt)
            || !fields.TryRead(out string? cause)
            || !RosterText.TryReadMember(id, user, (int)connections, profile, joinedAt, out var member))
        {
            return false;
        }

        change = new PresenceChange(new PresenceMessage(name, type, member), cause);
        return true;
    }

    /// <param name="Before">The version that it follows.</param>
    /// <param name="Version">Its own; 0 when nobody is left.</param>
    /// <param name="IsEndOfSilence">Whether some were not told before it, and now are again.</param>
    /// <param name="Told">What is told; null for nothing.</param>
    private sealed record Change(long Before, long Version, bool IsEndOfSilence, PresenceChange? Told);
}
