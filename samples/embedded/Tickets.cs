using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;

namespace Embedded;

/// <summary>
/// Tokens by which the gateway knows who is signed in here. The secret is <c>Gateway:Auth:Jwt:Secret</c>, which both read; in
/// Development the gateway makes one.
/// </summary>
internal sealed class Tickets(IOptions<GatewayOptions> gateway, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>A compact JWS (RFC 7515, section 3.1) with HS256; the shop's roles are the gateway's labels.</summary>
    public string Issue(ClaimsPrincipal user)
    {
        var now = time.GetUtcNow();
        var payload = JsonSerializer.SerializeToUtf8Bytes(new
        {
            sub = user.Identity!.Name,
            labels = user.FindAll(ClaimTypes.Role).Select(role => role.Value),
            iat = now.ToUnixTimeSeconds(),
            exp = (now + Life).ToUnixTimeSeconds(),
        });
        var signed = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString(payload);
        var secret = gateway.Value.Auth.Jwt.Secret ?? throw new InvalidOperationException("Set Gateway:Auth:Jwt:Secret.");
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
        return signed + "." + Base64Url.EncodeToString(signature);
    }
}
