namespace RealtimeGateway.Contracts;

/// <summary>One page of what a channel keeps.</summary>
/// <param name="Epoch">The channel's epoch.</param>
/// <param name="Offset">The offset of its last publication; 0 when there was none.</param>
/// <param name="Publications">The publications, in the order asked for.</param>
public sealed record HistoryResult(string Epoch, long Offset, IReadOnlyList<EventMessage> Publications);
