using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Tokens;

namespace RealtimeGateway.Edges.Rest;

/// <summary>
/// <c>POST /dev/token</c>: tokens for whoever develops on this machine. It exists in the environment Development only, and
/// answers loopback callers that ask for a loopback host: a name that some web page has pointed here is none.
/// </summary>
internal static class DevTokenEndpoint
{
    private const string Shape =
        "Send JSON: { userId, teams?, labels?, memberships?, verified?, channels?, expiresIn? }, such as { \"userId\": \"ann\" }.";

    public static void MapDevToken(this IEndpointRouteBuilder endpoints)
    {
        var environment = endpoints.ServiceProvider.GetRequiredService<IHostEnvironment>();
        var options = endpoints.ServiceProvider.GetRequiredService<Live<JwtOptions>>();
        if (environment.IsDevelopment() && !string.IsNullOrEmpty(options.Current.Secret))
        {
            endpoints.MapPost("/dev/token", (HttpContext context, TimeProvider time) => MintAsync(context, options.Current, time));
        }
    }

    private static async Task<IResult> MintAsync(HttpContext context, JwtOptions options, TimeProvider time)
    {
        if (!IsLocal(context))
        {
            return Problem.Of(new Error(ErrorCodes.PermissionDenied, "Development tokens are for callers on this machine, by localhost."));
        }

        if (string.IsNullOrEmpty(options.Secret))
        {
            return Problem.Of(new Error(ErrorCodes.Disabled, "The gateway no longer has a secret to sign tokens with."));
        }

        if (await ReadAsync(context) is not { UserId.Length: > 0 } request)
        {
            return Problem.Of(new Error(ErrorCodes.InvalidRequest, Shape));
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
        var payload = JsonSerializer.SerializeToUtf8Bytes(claims.Where(claim => claim.Value is not null).ToDictionary());

        // A token that the gateway would not take helps nobody: whoever wanted it hears now what is wrong with it.
        return new TokenReader(options, time).Read(payload).IsRefused(out var refusal, out _)
            ? Problem.Of(refusal with { Code = ErrorCodes.InvalidRequest })
            : Results.Ok(new { token = Sign(payload, options.Secret), expiresAt });
    }

    private static async Task<DevTokenRequest?> ReadAsync(HttpContext context)
    {
        try
        {
            return context.Request.HasJsonContentType() ? await context.Request.ReadFromJsonAsync<DevTokenRequest>() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A compact JWS (RFC 7515, section 3.1) with HS256.
    private static string Sign(byte[] payload, string secret)
    {
        var head = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
        var signed = $"{head}.{Base64Url.EncodeToString(payload)}";
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
