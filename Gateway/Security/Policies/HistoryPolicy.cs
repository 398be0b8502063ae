namespace RealtimeGateway.Security.Policies;

/// <summary>How much of a channel is kept.</summary>
/// <param name="Size">Publications at most.</param>
/// <param name="Ttl">How long the stream is kept after its last publication.</param>
internal sealed record HistoryPolicy(int Size, TimeSpan Ttl);
