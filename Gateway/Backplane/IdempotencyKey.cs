namespace RealtimeGateway.Backplane;

/// <summary>Names one attempt to publish, within its channel.</summary>
/// <param name="Principal">Who tries: the same key of somebody else is another one.</param>
/// <param name="Id">The id that he chose.</param>
internal sealed record IdempotencyKey(string Principal, string Id);
