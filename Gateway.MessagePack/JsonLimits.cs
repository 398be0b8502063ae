namespace RealtimeGateway.MessagePack;

/// <summary>What MessagePack may become as JSON.</summary>
/// <param name="MaxDepth">How deep arrays and maps of one value may nest.</param>
/// <param name="MaxBytes">About how many bytes of JSON one value may become; it can be one string more.</param>
internal sealed record JsonLimits(int MaxDepth, long MaxBytes);
