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
        var now = time.GetUtcNow();
        var identity = admitted.Own.IsExpired(now) ? Identity.Guest : admitted.Own;
        var key = admitted.Key?.ExpiresAt <= now ? null : admitted.Key;
        return rules.RequireSession && identity.UserId is null || rules.RequireApiKey && key is null
            ? new Error(ErrorCodes.TokenExpired, "The credential has expired; connect with a new one.")
            : new Admitted(identity, key);
    }

    private async ValueTask<Result<Admitted>> AdmitAsync(string? token, ApiKey? key, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return rules.RequireSession
                ? new Error(ErrorCodes.Unauthenticated, "Guests are not admitted here: send a user's token.")
                : new Admitted(Identity.Guest, key);
        }

        return (await tokens.ValidateAsync(token, cancellationToken)).IsRefused(out var error, out var identity)
            ? error
            : new Admitted(identity, key);
    }
}
