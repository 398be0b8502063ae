using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Security.Keys;

/// <summary>The API keys that are valid.</summary>
internal sealed class ApiKeyRing
{
    private readonly IReadOnlyList<ApiKey> _keys;
    private readonly TimeProvider _time;

    private ApiKeyRing(IReadOnlyList<ApiKey> keys, TimeProvider time) => (_keys, _time) = (keys, time);

    /// <summary>Makes the ring out of what was written; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static ApiKeyRing Compile(IList<ApiKeyOptions> written, TimeProvider time, ICollection<string> problems)
    {
        var keys = new List<ApiKey>();
        for (var i = 0; i < written.Count; i++)
        {
            var path = $"{GatewayOptions.Section}:Auth:ApiKeys:{i}";
            var hash = Hash(written[i].Sha256);
            if (!Role.TryCreate("key", written[i].Name, null, out var role))
            {
                problems.Add($"{path}:Name is needed, without '/'.");
            }

            if (hash is null)
            {
                problems.Add($"{path}:Sha256 is not 64 hex digits.");
            }

            foreach (var scope in written[i].Scopes.Where(scope => !ApiKeyScopes.All.Contains(scope)))
            {
                problems.Add($"{path}:Scopes '{scope}' is no scope; there are {string.Join(", ", ApiKeyScopes.All.Order(StringComparer.Ordinal))}.");
            }

            var channels = Patterns(written[i].Channels, path, problems);
            var origins = Origins(written[i].Origins, path, problems);
            var networks = Networks(written[i].Networks, path, problems);
            keys.Add(new ApiKey(role, hash ?? [], written[i].Scopes.ToFrozenSet(), channels, written[i].ExpiresAt, origins, networks));
        }

        return new ApiKeyRing(keys, time);
    }

    /// <summary>The key this text is, if it is valid now, whatever it is good for.</summary>
    public Result<ApiKey> Find(string text) =>
        Find(SHA256.HashData(Encoding.UTF8.GetBytes(text))) is { } found
            ? found
            : new Error(ErrorCodes.Unauthenticated, "The API key is not valid.");

    /// <summary>The key this text is, if it is valid now and has the scope.</summary>
    public Result<ApiKey> Find(string text, string scope) =>
        Find(text).IsRefused(out var refusal, out var found) ? refusal
            : found.Scopes.Contains(scope) ? found
            : new Error(ErrorCodes.PermissionDenied, $"The API key lacks the scope '{scope}'.");

    /// <summary>The same key as it is in the ring now; null if it is no longer, or could connect and no longer may.</summary>
    public ApiKey? Renew(ApiKey? earlier) =>
        earlier is not null && Find(earlier.Hash) is { } key && (key.CanConnect || !earlier.CanConnect) ? key : null;

    private ApiKey? Find(byte[] hash)
    {
        ApiKey? found = null;

        // Every key is compared, each in constant time: how long this takes tells nothing about what matched.
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash))
            {
                found = key;
            }
        }

        return found?.ExpiresAt <= _time.GetUtcNow() ? null : found;
    }

    // Null for all channels, where none is named.
    private static List<ChannelPattern>? Patterns(IList<string> written, string path, ICollection<string> problems)
    {
        if (written.Count == 0)
        {
            return null;
        }

        var patterns = new List<ChannelPattern>();
        foreach (var text in written)
        {
            if (ChannelPattern.TryParse(text, out var pattern, out var problem))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add($"{path}:Channels '{text}' is no pattern: {problem}.");
            }
        }

        return patterns;
    }

    // Null for any, where none is named; so too below.
    private static List<OriginPattern>? Origins(IList<string> written, string path, ICollection<string> problems)
    {
        var patterns = new List<OriginPattern>();
        foreach (var text in written)
        {
            if (OriginPattern.TryParse(text, out var pattern))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add($"{path}:Origins '{text}' is {OriginPattern.Description}.");
            }
        }

        return written.Count == 0 ? null : patterns;
    }

    private static List<IPNetwork>? Networks(IList<string> written, string path, ICollection<string> problems)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in written)
        {
            if (ClientNetwork.Parse(text) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                problems.Add($"{path}:Networks '{text}' is {ClientNetwork.Description}.");
            }
        }

        return written.Count == 0 ? null : networks;
    }

    private static byte[]? Hash(string hex)
    {
        try
        {
            return hex.Length == 64 ? Convert.FromHexString(hex) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
