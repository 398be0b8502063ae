namespace RealtimeGateway.Backplane.Memory;

/// <summary>How much a <see cref="MemoryBroker"/> keeps.</summary>
/// <param name="IdleChannels">Channels of which it keeps the position though nobody is subscribed.</param>
/// <param name="HistoryBytes">Bytes of history over all channels.</param>
internal sealed record MemoryBrokerOptions(int IdleChannels, long HistoryBytes);
