namespace RealtimeGateway.Security;

/// <summary>How long it is remembered that something was revoked.</summary>
/// <param name="Span">As long as the longest token may live, and clocks may differ.</param>
internal sealed record RevocationMemory(TimeSpan Span);
