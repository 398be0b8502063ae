using System.Buffers.Text;
using System.Text.Json;

namespace RealtimeGateway.Client.Connections;

/// <summary>What a client reads in its own token: whose it is and how long it lasts. Whether it is genuine, the gateway decides.</summary>
/// <param name="UserId">The claim <c>sub</c>; null where there is none.</param>
/// <param name="ExpiresAt">The claim <c>exp</c>; null where there is none.</param>
internal sealed record TokenClaims(string? UserId, DateTimeOffset? ExpiresAt)
{
    private static readonly TokenClaims None = new(null, null);

    /// <summary>Reads a JWT; nothing where it is null or none.</summary>
    public static TokenClaims Read(string? token)
    {
        if (token?.Split('.') is not [_, var payload, _])
        {
            return None;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var root = claims.RootElement;
            return new TokenClaims(
                root.TryGetProperty("sub", out var sub) && sub.ValueKind == JsonValueKind.String ? sub.GetString() : null,
                root.TryGetProperty("exp", out var exp) && exp.TryGetDouble(out var seconds) ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return None;
        }
    }
}
