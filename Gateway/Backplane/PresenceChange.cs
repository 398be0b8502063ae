using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>A change of a channel's members.</summary>
/// <param name="Message">What is told.</param>
/// <param name="ConnectionId">Whose coming, going or profile it was.</param>
internal sealed record PresenceChange(PresenceMessage Message, string ConnectionId);
