using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>Authenticate</c>: who the session is from now on.</summary>
/// <param name="UserId">The user; null for a guest.</param>
/// <param name="Roles">Every role the session holds, sorted.</param>
/// <param name="ExpiresAt">When the token's rights end (RFC 3339, UTC); null for a guest.</param>
public sealed record AuthenticateResult(
    string? UserId,
    IReadOnlyList<string> Roles,
    [property: JsonConverter(typeof(UtcTimeConverter))] DateTimeOffset? ExpiresAt);
