using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>Who signs tokens (HS256) for the gateway.</summary>
internal sealed class TokenIssuer
{
    private static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}"""u8);

    private readonly DateTimeOffset _issuedAt = DateTimeOffset.UtcNow;

    /// <summary>What the gateway has to know.</summary>
    public string Secret { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A token that is good for hours.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="team">The team that he is in, with his role there.</param>
    public string Issue(string user, string team)
    {
        var (issued, expires) = (Seconds(_issuedAt), Seconds(_issuedAt.AddHours(6)));
        var content = Header + "." + Encode(Encoding.UTF8.GetBytes($$"""{"sub":"{{user}}","teams":["{{team}}"],"iat":{{issued}},"exp":{{expires}}}"""));
        return content + "." + Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(content)));
    }

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
