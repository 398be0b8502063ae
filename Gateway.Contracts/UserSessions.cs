namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>GET /api/users/{id}/sessions</c>.</summary>
/// <param name="Sessions">The sessions that the user has now, the oldest first.</param>
public sealed record UserSessions(IReadOnlyList<UserSession> Sessions);
