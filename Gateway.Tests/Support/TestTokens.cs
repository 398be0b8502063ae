using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RealtimeGateway.Tests.Support;

/// <summary>Makes tokens as an issuer would, and as an attacker would, byte by byte.</summary>
internal static class TestTokens
{
    public const string Secret = "a secret that only the tests share, 32 bytes or more";

    /// <summary>Claims that were signed by somebody else.</summary>
    public static readonly string Forged = Sign(new { sub = "ann", exp = 4102444800 }, secret: new string('x', 40));

    /// <summary>A good token for this user, of the tests' secret.</summary>
    public static string For(string userId, params string[] teams) => For(userId, new { teams });

    /// <summary>A good token for this user with further claims.</summary>
    public static string For(string userId, object claims, TimeSpan? lifetime = null)
    {
        var now = DateTimeOffset.UtcNow;
        var all = new Dictionary<string, object?>
        {
            ["sub"] = userId,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeMilliseconds() / 1000.0,
        };
        foreach (var property in claims.GetType().GetProperties())
        {
            all[property.Name] = property.GetValue(claims);
        }

        return Sign(all);
    }

    /// <summary>Claims as they are, signed by HMAC with SHA-256.</summary>
    public static string Sign(object claims, string secret = Secret, string header = """{"alg":"HS256","typ":"JWT"}""")
    {
        var signed = $"{Encode(header)}.{Encode(JsonSerializer.Serialize(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Any header and claims with any signature.</summary>
    public static string Assemble(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
