using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What a session is counted for among those of its node.</summary>
/// <param name="UserId">Its user; null for a guest.</param>
/// <param name="Address">Where it comes from.</param>
internal readonly record struct CountedSession(string? UserId, ClientAddress Address);
