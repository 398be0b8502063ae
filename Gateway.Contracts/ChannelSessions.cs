namespace RealtimeGateway.Contracts;

/// <summary>How many are in a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Sessions">The sessions in it that are not hidden: each connection of each member.</param>
public sealed record ChannelSessions(string Channel, int Sessions);
