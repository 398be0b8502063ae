namespace RealtimeGateway.MessagePack;

/// <summary>What MessagePack may become as JSON.</summary>
/// <param name="MaxDepth">How deep arrays and maps of one value may nest.</param>
/// <param name="MaxBytes">How many bytes of JSON one value may become.</param>
internal sealed record JsonLimits(int MaxDepth, long MaxBytes);
