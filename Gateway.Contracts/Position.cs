namespace RealtimeGateway.Contracts;

/// <summary>A place in a channel's stream. Positions of different epochs cannot be compared.</summary>
/// <param name="Epoch">Names one life of the stream. Opaque.</param>
/// <param name="Offset">0 before the first publication, then 1, 2, 3…; below 2^53.</param>
public sealed record Position(string Epoch, long Offset);
