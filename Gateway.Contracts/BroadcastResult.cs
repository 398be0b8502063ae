namespace RealtimeGateway.Contracts;

/// <summary>The acknowledgement of a broadcast.</summary>
/// <param name="Id">The id of the publication on <c>$all</c>.</param>
public sealed record BroadcastResult(string Id);
