namespace RealtimeGateway.Contracts;

/// <summary>Who published, when a client did.</summary>
/// <param name="UserId">The user, or null for a guest.</param>
/// <param name="ConnectionId">The connection it came by.</param>
public sealed record Sender(string? UserId, string ConnectionId);
