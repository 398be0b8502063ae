namespace RealtimeGateway.Security;

/// <summary>What tells one token from another, without holding it.</summary>
/// <param name="Id">Its <c>jti</c>; where it has none, a hash of its claims.</param>
/// <param name="IssuedAt">Its <c>iat</c>; null where it does not say.</param>
internal readonly record struct TokenStamp(string Id, DateTimeOffset? IssuedAt);
