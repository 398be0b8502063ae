using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using RealtimeGateway.Configuration;

namespace RealtimeGateway.Security.Tokens;

/// <summary>Whose signatures are believed, and by which algorithms. Made from <see cref="JwtOptions"/>.</summary>
/// <param name="Algorithms">The <c>alg</c> values that fit the keys. None fits both a secret and a public key (RFC 8725, 3.1).</param>
/// <param name="Key">The key, unless it is found by discovery.</param>
/// <param name="Discovery">The issuer's document, by which the keys are found otherwise.</param>
internal sealed record TokenTrust(
    IReadOnlySet<string> Algorithms,
    SecurityKey? Key,
    Uri? Discovery)
{
    private const string Path = $"{GatewayOptions.Section}:Auth:Jwt";
    private const int MinSecretBytes = 32;

    /// <summary>Believes nobody.</summary>
    public static TokenTrust Nobody { get; } = new(new HashSet<string>(), null, null);

    /// <summary>Makes the trust out of what was written; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static TokenTrust Compile(JwtOptions written, ICollection<string> problems)
    {
        if (written.ClockSkew < TimeSpan.Zero || written.ClockSkew > TimeSpan.FromMinutes(5))
        {
            problems.Add($"{Path}:ClockSkew is {written.ClockSkew}; it goes from 00:00:00 to 00:05:00.");
        }

        if (written.MaxTokenLifetime < TimeSpan.FromMinutes(1) || written.MaxTokenLifetime > TimeSpan.FromDays(366))
        {
            problems.Add($"{Path}:MaxTokenLifetime is {written.MaxTokenLifetime}; it goes from 00:01:00 to 366.00:00:00.");
        }

        string?[] sources = [written.Secret, written.PublicKey, written.Authority];
        switch (sources.Count(source => !string.IsNullOrEmpty(source)))
        {
            case 0:
                return Nobody;
            case > 1:
                problems.Add($"{Path} has more than one of Secret, PublicKey and Authority; keep one.");
                return Nobody;
            default:
                return !string.IsNullOrEmpty(written.Secret) ? OfSecret(written.Secret, problems)
                    : !string.IsNullOrEmpty(written.PublicKey) ? OfPublicKey(written.PublicKey, problems)
                    : OfAuthority(written, problems);
        }
    }

    private static TokenTrust OfSecret(string secret, ICollection<string> problems)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length < MinSecretBytes)
        {
            problems.Add($"{Path}:Secret is too short to be safe: it needs {MinSecretBytes} bytes or more.");
        }

        // A key is at least as long as the hash (RFC 7518, section 3.2).
        var algorithms = new HashSet<string>(Hmac.Where(algorithm => bytes.Length >= algorithm.MinBytes).Select(algorithm => algorithm.Name));
        return new TokenTrust(algorithms, new SymmetricSecurityKey(bytes), null);
    }

    private static TokenTrust OfPublicKey(string pem, ICollection<string> problems)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new TokenTrust(Rsa, new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)), null);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // Not RSA: it may be EC.
        }

        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return new TokenTrust(Ec, new ECDsaSecurityKey(ec), null);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            ec.Dispose();
            problems.Add($"{Path}:PublicKey is not an RSA or EC public key in PEM.");
            return Nobody;
        }
    }

    private static TokenTrust OfAuthority(JwtOptions written, ICollection<string> problems)
    {
        if (string.IsNullOrEmpty(written.Audience))
        {
            problems.Add($"{Path}:Audience is needed with Authority: its tokens are made for others too.");
        }

        var isHttp = Uri.TryCreate(written.Authority, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        if (!isHttp || url!.Scheme == "http" && !url.IsLoopback)
        {
            problems.Add($"{Path}:Authority is not an https URL.");
            return Nobody;
        }

        return new TokenTrust(new HashSet<string>([.. Rsa, .. Ec]), null, new Uri(url.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration"));
    }

    private static readonly (string Name, int MinBytes)[] Hmac = [("HS256", MinSecretBytes), ("HS384", 48), ("HS512", 64)];
    private static readonly IReadOnlySet<string> Rsa = new HashSet<string> { "RS256", "RS384", "RS512", "PS256", "PS384", "PS512" };
    private static readonly IReadOnlySet<string> Ec = new HashSet<string> { "ES256", "ES384", "ES512" };
}
