namespace RealtimeGateway.Sessions;

/// <summary>The sessions that a user has now end.</summary>
/// <param name="UserId">The user.</param>
internal sealed record DisconnectUser(string UserId) : ControlEntry;
