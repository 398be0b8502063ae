using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security.Tokens;

/// <summary>
/// Decides whether a JWT is believed, for every way in: the transport's request, <c>Authenticate</c>, HTTP. The library checks
/// signature, issuer and audience; <see cref="TokenReader"/> checks times and reads the claims.
/// </summary>
internal sealed partial class TokenValidator(JwtOptions options, TokenTrust trust, TimeProvider time, ILogger<TokenValidator> logger)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly Error Malformed = new(ErrorCodes.Unauthenticated, "The token is not a signed JWT.");
    private static readonly Error Away = new(
        ErrorCodes.Unavailable,
        "The issuer of tokens does not answer; try again.",
        RetryAfter: (int)IssuerDiscovery.MinInterval.TotalSeconds);

    private static readonly Error Forged = new(ErrorCodes.Unauthenticated, "The token is not accepted: its signature, issuer or audience is wrong.");

    /// <summary>
    /// What its belief rests on, as a hash: equal for validators that believe the same issuers and read the same of their
    /// tokens. How long a token may live and how far clocks may differ say only which new ones are accepted.
    /// </summary>
    public string Basis { get; } = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { options.Secret, options.PublicKey, options.Authority, options.Issuer, options.Audience, options.Claims })));

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength, MapInboundClaims = false };
    private readonly TokenReader _reader = new(options, time);
    private readonly IssuerDiscovery? _discovery = trust.Discovery is { } address
        ? new(address, time, exception => LogDiscoveryFailed(logger, exception))
        : null;

    private Belief? _belief;

    /// <summary>Who this token says it is, or why it is not believed.</summary>
    public async ValueTask<Result<Identity>> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        if (trust.Algorithms.Count == 0)
        {
            return new Error(ErrorCodes.Unauthenticated, "This gateway accepts no tokens; its operator has not set Gateway:Auth:Jwt.");
        }

        if (token.Length > MaxLength || !TryReadHeader(token, out var algorithm, out var keyId))
        {
            return Malformed;
        }

        // The token does not choose how it is checked: its algorithm must fit the key (RFC 8725, section 3.1).
        if (!trust.Algorithms.Contains(algorithm))
        {
            return new Error(ErrorCodes.Unauthenticated, "The token is not accepted: it is signed by an algorithm that this gateway does not take.");
        }

        return await FindForgeryAsync(token, keyId, cancellationToken) is { } error ? error : _reader.Read(PayloadOf(token));
    }

    private async ValueTask<Error?> FindForgeryAsync(string token, string? keyId, CancellationToken cancellationToken)
    {
        if (_discovery is not { } discovery)
        {
            return await IsGenuineAsync(token, issuer: null) ? null : Forged;
        }

        OpenIdConnectConfiguration issuer;
        try
        {
            issuer = await discovery.GetAsync(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return Away;
        }

        if (await IsGenuineAsync(token, issuer))
        {
            return null;
        }

        // The issuer may have new keys. While it cannot be asked, nobody knows of a token that is of none that is known.
        var renewed = await discovery.RenewAsync(issuer, cancellationToken);
        return renewed is null ? issuer.SigningKeys.Any(key => key.KeyId == keyId) ? Forged : Away
            : !ReferenceEquals(renewed, issuer) && await IsGenuineAsync(token, renewed) ? null
            : Forged;
    }

    private async ValueTask<bool> IsGenuineAsync(string token, OpenIdConnectConfiguration? issuer)
    {
        try
        {
            var result = await _handler.ValidateTokenAsync(token, BeliefIn(issuer));
            if (result.IsValid)
            {
                return true;
            }

            LogNotGenuine(result.Exception.GetType().Name);
        }
        catch (Exception exception)
        {
            // It documents none; claims of an unexpected shape have made it stumble. What it says may quote the token: its type is enough.
            LogNotGenuine(exception.GetType().Name);
        }

        return false;
    }

    // Made anew only when the issuer says something new.
    private TokenValidationParameters BeliefIn(OpenIdConnectConfiguration? issuer)
    {
        var belief = Volatile.Read(ref _belief);
        if (belief is null || !ReferenceEquals(belief.Issuer, issuer))
        {
            var name = string.IsNullOrEmpty(options.Issuer) ? issuer?.Issuer : options.Issuer;
            belief = new Belief(issuer, new TokenValidationParameters
            {
                IssuerSigningKeys = issuer?.SigningKeys ?? [trust.Key!],
                RequireSignedTokens = true,
                ValidateIssuer = name is not null || issuer is not null,
                ValidIssuer = name,
                ValidateAudience = !string.IsNullOrEmpty(options.Audience),
                ValidAudience = options.Audience,
                ValidateLifetime = false,
            });
            Volatile.Write(ref _belief, belief);
        }

        return belief.Parameters;
    }

    private static bool TryReadHeader(string token, out string algorithm, out string? keyId)
    {
        (algorithm, keyId) = (string.Empty, null);
        Span<Range> parts = stackalloc Range[4];
        if (token.AsSpan().Split(parts, '.') != 3)
        {
            return false;
        }

        foreach (var part in parts[..3])
        {
            if (token.AsSpan(part) is var text && (text.IsEmpty || !Base64Url.IsValid(text)))
            {
                return false;
            }
        }

        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(parts[0])), new JsonDocumentOptions { AllowDuplicateProperties = false });

            // "crit" names extensions that must be understood (RFC 7515, 4.1.11); none is.
            if (header.RootElement.ValueKind != JsonValueKind.Object || header.RootElement.TryGetProperty("crit", out _)
                || !header.RootElement.TryGetProperty("alg", out var alg) || alg.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            algorithm = alg.GetString()!;
            keyId = header.RootElement.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString() : null;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text in it is no Unicode.
            return false;
        }
    }

    private static byte[] PayloadOf(string token)
    {
        var first = token.IndexOf('.', StringComparison.Ordinal) + 1;
        return Base64Url.DecodeFromChars(token.AsSpan(first, token.LastIndexOf('.') - first));
    }

    /// <summary>What a token has to be, as the library takes it.</summary>
    private sealed record Belief(OpenIdConnectConfiguration? Issuer, TokenValidationParameters Parameters);

    [LoggerMessage(1, LogLevel.Debug, "A token is not genuine: {Reason}.")]
    private partial void LogNotGenuine(string reason);

    [LoggerMessage(2, LogLevel.Error, "The issuer's keys could not be read from Gateway:Auth:Jwt:Authority.")]
    private static partial void LogDiscoveryFailed(ILogger logger, Exception exception);
}
