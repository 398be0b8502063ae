namespace RealtimeGateway.Backplane;

/// <summary>How much of a channel the broker keeps.</summary>
/// <param name="Size">Publications at most.</param>
/// <param name="Ttl">How long after the last one.</param>
internal sealed record Retention(int Size, TimeSpan Ttl);
