using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.InProcess;

/// <summary>Who is where, for server code in the gateway's process. Trusted: no permission is asked.</summary>
public interface IPresence
{
    /// <summary>One page of a channel's members; hidden sessions are not among them.</summary>
    /// <exception cref="RealtimeException">The limit or the cursor is wrong.</exception>
    ValueTask<MembersPage> GetMembersAsync(MembersRequest request, CancellationToken cancellationToken = default);

    /// <summary>How many members a channel has.</summary>
    ValueTask<int> CountMembersAsync(string channel, CancellationToken cancellationToken = default);

    /// <summary>Whether a user has a session, or had one up to 10 s ago that closed.</summary>
    ValueTask<bool> IsOnlineAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>The sessions that a user has now, the oldest first.</summary>
    ValueTask<IReadOnlyList<UserSession>> GetSessionsAsync(string userId, CancellationToken cancellationToken = default);
}
