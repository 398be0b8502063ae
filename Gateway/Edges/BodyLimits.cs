namespace RealtimeGateway.Edges;

/// <summary>How much a request may bring.</summary>
/// <param name="Bytes">Of its body.</param>
internal sealed record BodyLimits(long Bytes);
