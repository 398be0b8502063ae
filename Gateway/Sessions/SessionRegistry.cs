using System.Collections.Concurrent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>The sessions of this node, by connection and by user, and how many of them a user or an address may have.</summary>
internal sealed class SessionRegistry
{
    // Each asks about all of its channels at once. A host's authorizers that can answer one session in time are not to fail
    // because all sessions ask.
    private const int MaxReviews = 8;

    private readonly ConcurrentDictionary<string, Session> _byConnection = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session[]> _byUser = new(StringComparer.Ordinal);

    // Who comes, goes or moves does so under the lock, so that counts are exact; who looks does not wait for it.
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, int> _atAddress = [];
    private readonly GatewayMetrics _metrics;
    private readonly Remaining _remaining;
    private bool _isClosed;

    public SessionRegistry(GatewayMetrics metrics, Remaining remaining)
    {
        _metrics = metrics;
        _remaining = remaining;
        metrics.ObserveQueues(() => All.Sum(session => (long)session.Connection.UnsentBytes));
    }

    /// <summary>How many there are.</summary>
    public int Count => _byConnection.Count;

    /// <summary>Every session. A snapshot is not taken: one that comes or goes meanwhile may be seen or not.</summary>
    public IEnumerable<Session> All => _byConnection.Select(entry => entry.Value);

    /// <summary>How many users they are.</summary>
    public int CountUsers => _byUser.Count;

    public Session? Find(string connectionId) => _byConnection.GetValueOrDefault(connectionId);

    /// <summary>The sessions of one user, found without looking at any other.</summary>
    public IReadOnlyCollection<Session> OfUser(string userId) => _byUser.GetValueOrDefault(userId, []);

    /// <summary>When the latest token that a user's sessions came with says it was issued; null when they came without.</summary>
    public DateTimeOffset? LatestTokenOf(string userId) => OfUser(userId).Max(session => session.Identity.Token?.IssuedAt);

    /// <summary>What one user may has changed: his sessions are asked again, as they are now. One that opens meanwhile asks itself.</summary>
    public Task ReviewAsync(string userId) => Task.WhenAll(OfUser(userId).Select(session => session.ReviewAsync()));

    /// <summary>The rules have changed: every session is asked again what it may. One that opens meanwhile asks itself.</summary>
    public Task ReviewAsync() => Parallel.ForEachAsync(
        All,
        new ParallelOptions { MaxDegreeOfParallelism = MaxReviews },
        static (session, _) => new ValueTask(session.ReviewAsync()));

    /// <summary>Takes no session in from now on, and says which there are.</summary>
    public IReadOnlyList<Session> Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            return [.. All];
        }
    }

    /// <summary>Takes a session in, or says why there is no room for it.</summary>
    public Error? TryAdd(Session session, ClientAddress address, SessionLimits limits)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Drain.Refusal;
            }

            var userId = session.Identity.UserId;
            if (_atAddress.GetValueOrDefault(address) >= limits.SessionsPerAddress)
            {
                return new Error(ErrorCodes.LimitExceeded, $"One address has {limits.SessionsPerAddress} sessions at most; end one first.");
            }

            if (TooManyOfNeedsLock(userId, limits) is { } tooMany)
            {
                return tooMany;
            }

            session.Counted = new CountedSession(userId, address);
            _atAddress[address] = _atAddress.GetValueOrDefault(address) + 1;
            _byConnection[session.ConnectionId] = session;
            IndexNeedsLock(session, userId);
            _metrics.SessionOpened(session.Connection.Transport);
            _remaining.Add();
            return null;
        }
    }

    /// <summary>The session is to be another user now; says why it cannot be.</summary>
    public Error? TryMove(Session session, string? userId, SessionLimits limits)
    {
        lock (_lock)
        {
            if (session.Counted is not { } counted || counted.UserId == userId)
            {
                return null;
            }

            if (TooManyOfNeedsLock(userId, limits) is { } tooMany)
            {
                return tooMany;
            }

            session.Counted = counted with { UserId = userId };
            UnindexNeedsLock(session, counted.UserId);
            IndexNeedsLock(session, userId);
            return null;
        }
    }

    public void Remove(Session session)
    {
        lock (_lock)
        {
            if (session.Counted is not { } counted)
            {
                return;
            }

            session.Counted = null;
            _byConnection.TryRemove(new(session.ConnectionId, session));
            UnindexNeedsLock(session, counted.UserId);
            if (--_atAddress[counted.Address] == 0)
            {
                _atAddress.Remove(counted.Address);
            }

            _metrics.SessionClosed(session.Connection.Transport);
            _remaining.Remove();
        }
    }

    private Error? TooManyOfNeedsLock(string? userId, SessionLimits limits) =>
        userId is not null && OfUser(userId).Count >= limits.SessionsPerUser
            ? new Error(ErrorCodes.LimitExceeded, $"A user has {limits.SessionsPerUser} sessions at most; end one first.")
            : null;

    private void IndexNeedsLock(Session session, string? userId)
    {
        if (userId is not null)
        {
            _byUser[userId] = [.. OfUser(userId), session];
        }
    }

    private void UnindexNeedsLock(Session session, string? userId)
    {
        if (userId is null)
        {
            return;
        }

        Session[] left = [.. OfUser(userId).Where(other => other != session)];
        if (left.Length == 0)
        {
            _byUser.TryRemove(userId, out _);
        }
        else
        {
            _byUser[userId] = left;
        }
    }
}
