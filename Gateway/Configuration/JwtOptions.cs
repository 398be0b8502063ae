namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Auth:Jwt</c>. At most one of Secret, PublicKey and Authority is set; with none, no token is accepted.</summary>
public sealed class JwtOptions
{
    /// <summary>A secret shared with the issuer, 32 bytes or more in UTF-8: HS256; from 48 on HS384, from 64 on HS512 (RFC 7518, section 3.2).</summary>
    public string? Secret { get; set; }

    /// <summary>The issuer's public key as PEM: RSA (RS256…, PS256…) or EC (ES256…).</summary>
    public string? PublicKey { get; set; }

    /// <summary>The issuer's URL, whose keys are found by OpenID Connect discovery. https, or http on loopback. Needs Audience.</summary>
    public string? Authority { get; set; }

    /// <summary>The <c>iss</c> a token must have. Default: any; with Authority, what its discovery document says.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> a token must have. Default: any.</summary>
    public string? Audience { get; set; }

    /// <summary>How far clocks may differ when a token is accepted, 0 to 5 minutes. Default 10 s. Rights end at <c>exp</c> all the same.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest life a token may have, 1 minute to 366 days; one that lives longer is refused. Default 24 h.</summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Where a token says what.</summary>
    public JwtClaimOptions Claims { get; set; } = new();
}
