using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.Rest;

/// <summary>
/// <c>POST /dev/token</c>: tokens for whoever develops on this machine. It exists in the environment Development only, and
/// answers loopback callers that ask for a loopback host: a name that some web page has pointed here is none.
/// </summary>
internal static class DevTokenEndpoint
{
    public static void MapDevToken(this IEndpointRouteBuilder endpoints)
    {
        var environment = endpoints.ServiceProvider.GetRequiredService<IHostEnvironment>();
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value.Auth.Jwt;
        if (environment.IsDevelopment() && !string.IsNullOrEmpty(options.Secret))
        {
            endpoints.MapPost("/dev/token", (HttpContext context, DevTokenRequest request, TimeProvider time) => Mint(context, request, options, time));
        }
    }

    private static IResult Mint(HttpContext context, DevTokenRequest request, JwtOptions options, TimeProvider time)
    {
        if (!IsLocal(context))
        {
            return Problem.Of(new Error(ErrorCodes.PermissionDenied, "Development tokens are for callers on this machine, by localhost."));
        }

        if (string.IsNullOrEmpty(request.UserId))
        {
            return Problem.Of(new Error(ErrorCodes.InvalidRequest, "Say who: { \"userId\": \"ann\" }."));
        }

        var now = time.GetUtcNow();
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + request.ExpiresIn);
        var claims = new Dictionary<string, object?>
        {
            [options.Claims.UserId] = request.UserId,
            [options.Claims.Verified] = request.Verified,
            [options.Claims.Teams] = request.Teams,
            [options.Claims.Memberships] = request.Memberships,
            [options.Claims.Labels] = request.Labels,
            [options.Claims.Channels] = request.Channels,
            ["iss"] = options.Issuer,
            ["aud"] = options.Audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = expiresAt.ToUnixTimeSeconds(),
        };
        return Results.Ok(new { token = Sign(claims, options.Secret!), expiresAt });
    }

    // A compact JWS (RFC 7515, section 3.1) with HS256.
    private static string Sign(Dictionary<string, object?> claims, string secret)
    {
        var present = claims.Where(claim => claim.Value is not null).ToDictionary();
        var head = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
        var signed = $"{head}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(present))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static bool IsLocal(HttpContext context)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        var isLocalName = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);
        return isLocalName && context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller);
    }
}
