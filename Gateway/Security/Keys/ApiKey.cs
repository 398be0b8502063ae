namespace RealtimeGateway.Security.Keys;

/// <summary>One valid API key, known only by its hash.</summary>
/// <param name="Role"><c>key:NAME</c>.</param>
/// <param name="Hash">SHA-256, 32 bytes.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="ExpiresAt">When it stops to be valid; null for never.</param>
internal sealed record ApiKey(Role Role, byte[] Hash, IReadOnlySet<string> Scopes, DateTimeOffset? ExpiresAt);
