namespace RealtimeGateway.Backplane;

/// <summary>Something that all nodes remember.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="At">When it was said.</param>
/// <param name="Until">When it may be forgotten.</param>
/// <param name="Value">What was said, as bytes of whoever said it.</param>
internal sealed record SharedRecord(string Key, DateTimeOffset At, DateTimeOffset Until, ReadOnlyMemory<byte> Value);
