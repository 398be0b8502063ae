using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Configuration;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Tests.Security.Keys;

/// <summary>API keys as an operator writes them.</summary>
internal static class TestApiKeys
{
    public static string Sha256(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A key of this name and text, good for connecting.</summary>
    public static ApiKeyOptions Key(string name, string text, DateTimeOffset? expiresAt = null, params string[] scopes) => new()
    {
        Name = name,
        Sha256 = Sha256(text),
        Scopes = scopes.Length == 0 ? [ApiKeyScopes.Connect] : scopes,
        ExpiresAt = expiresAt,
    };

    public static ApiKeyRing Ring(TimeProvider time, params ApiKeyOptions[] keys)
    {
        var problems = new List<string>();
        var ring = ApiKeyRing.Compile(keys, time, problems);
        Assert.That(problems, Is.Empty);
        return ring;
    }
}
