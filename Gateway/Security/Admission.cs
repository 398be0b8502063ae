using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Keys;
using RealtimeGateway.Security.Tokens;

namespace RealtimeGateway.Security;

/// <summary>
/// Decides who comes in, by what he shows. A credential that is there and wrong is refused, never overlooked: who believes to
/// be signed in is not taken for a guest.
/// </summary>
internal sealed class Admission(AdmissionRules rules, TokenValidator tokens, ApiKeyRing keys, TimeProvider time)
{
    /// <summary>Admits a newcomer.</summary>
    /// <param name="token">His JWT, or null if he showed none.</param>
    /// <param name="apiKey">His API key, or null if he showed none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<Admitted>> AdmitAsync(string? token, string? apiKey, CancellationToken cancellationToken)
    {
        if (!rules.Enabled)
        {
            return new Error(ErrorCodes.Disabled, "This gateway is switched off.");
        }

        if (apiKey is null)
        {
            return rules.RequireApiKey
                ? new Error(ErrorCodes.Unauthenticated, "An API key is needed: send it as X-Api-Key or api_key.")
                : await AdmitAsync(token, key: null, cancellationToken);
        }

        return keys.Find(apiKey, ApiKeyScopes.Connect).IsRefused(out var error, out var key)
            ? error
            : await AdmitAsync(token, key, cancellationToken);
    }

    /// <summary>Admits with another token one who is in already; the API key that he came with goes on to count.</summary>
    public ValueTask<Result<Admitted>> ReadmitAsync(Admitted admitted, string? token, CancellationToken cancellationToken) =>
        AdmitAsync(token, admitted.Key, cancellationToken);

    /// <summary>Who a session still is when its rights have expired, or why it cannot go on.</summary>
    public Result<Admitted> AfterExpiry(Admitted admitted)
    {
        var isKeyExpired = admitted.Key?.ExpiresAt <= time.GetUtcNow();
        return rules.RequireSession || rules.RequireApiKey && isKeyExpired
            ? new Error(ErrorCodes.TokenExpired, "The credential has expired; connect with a new one.")
            : Admit(Identity.Guest, isKeyExpired ? null : admitted.Key);
    }

    private async ValueTask<Result<Admitted>> AdmitAsync(string? token, ApiKey? key, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return rules.RequireSession
                ? new Error(ErrorCodes.Unauthenticated, "Guests are not admitted here: send a user's token.")
                : Admit(Identity.Guest, key);
        }

        return (await tokens.ValidateAsync(token, cancellationToken)).IsRefused(out var error, out var identity)
            ? error
            : Admit(identity, key);
    }

    private static Admitted Admit(Identity identity, ApiKey? key) =>
        new(key is null ? identity : identity.WithKey(key.Role, key.ExpiresAt), key);
}

/// <summary>Who was admitted, and by which API key.</summary>
internal sealed record Admitted(Identity Identity, ApiKey? Key);

/// <summary>Whom the gateway takes at all.</summary>
internal sealed record AdmissionRules(bool Enabled, bool RequireApiKey, bool RequireSession);
