using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace RealtimeGateway.Sessions;

/// <summary>The sessions of this node, by connection and by user.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<string, Session> _byConnection = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableHashSet<Session>> _byUser = new(StringComparer.Ordinal);

    /// <summary>Every session. A snapshot is not taken: one that comes or goes meanwhile may be seen or not.</summary>
    public IEnumerable<Session> All => _byConnection.Select(entry => entry.Value);

    public Session? Find(string connectionId) => _byConnection.GetValueOrDefault(connectionId);

    /// <summary>The sessions of one user, found without looking at any other.</summary>
    public IReadOnlyCollection<Session> OfUser(string userId) => _byUser.GetValueOrDefault(userId, []);

    public void Add(Session session)
    {
        _byConnection[session.ConnectionId] = session;
        Index(session, session.Identity.UserId);
    }

    public void Remove(Session session)
    {
        _byConnection.TryRemove(KeyValuePair.Create(session.ConnectionId, session));
        Unindex(session, session.Identity.UserId);
    }

    /// <summary>The session is another user now.</summary>
    public void Move(Session session, string? from, string? to)
    {
        Unindex(session, from);
        Index(session, to);
    }

    private void Index(Session session, string? userId)
    {
        if (userId is not null)
        {
            _byUser.AddOrUpdate(userId, static (_, session) => [session], static (_, sessions, session) => sessions.Add(session), session);
        }
    }

    private void Unindex(Session session, string? userId)
    {
        while (userId is not null && _byUser.TryGetValue(userId, out var sessions))
        {
            var left = sessions.Remove(session);
            var done = left.IsEmpty
                ? _byUser.TryRemove(KeyValuePair.Create(userId, sessions))
                : _byUser.TryUpdate(userId, left, sessions);
            if (done)
            {
                return;
            }
        }
    }
}
