using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Keys;
using RealtimeGateway.Security.Tokens;

namespace RealtimeGateway.Security;

/// <summary>
/// Decides who comes in, by what he shows, and who stays when time has passed or the rules have changed. A credential that is
/// there and wrong is refused, never overlooked: who believes to be signed in is not taken for a guest.
/// </summary>
internal sealed class Admission(
    Live<AdmissionRules> rules,
    Live<TokenValidator> tokens,
    Live<ApiKeyRing> keys,
    Revocations revocations,
    RoleAssignments assignments,
    TimeProvider time)
{
    private static readonly Error Off = new(ErrorCodes.Disabled, "This gateway is switched off.");

    /// <summary>What one is told whose token was good and was taken back.</summary>
    public static readonly Error Revoked = new(ErrorCodes.Unauthenticated, "The token was revoked; get a new one.");

    private static readonly Error KeyNeeded = new(ErrorCodes.Unauthenticated, "An API key is needed: send it as X-Api-Key or api_key.");
    private static readonly Error UserNeeded = new(ErrorCodes.Unauthenticated, "Guests are not admitted here: send a user's token.");

    /// <summary>What decisions go by now; unequal once they would go by something else.</summary>
    public object Rules => (rules.Current, tokens.Current, keys.Current, revocations.Version, assignments.Version);

    /// <summary>
    /// Whether one was refused for a credential that never was good. One that has expired, was revoked, or is not there, is no guess.
    /// </summary>
    public static bool IsGuess(Error refusal) =>
        refusal.Code == ErrorCodes.Unauthenticated && refusal != Revoked && refusal != KeyNeeded && refusal != UserNeeded;

    /// <summary>Admits a newcomer.</summary>
    /// <param name="token">His JWT, or null if he showed none.</param>
    /// <param name="apiKey">His API key, or null if he showed none.</param>
    /// <param name="from">Where he comes from.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<Admitted>> AdmitAsync(string? token, string? apiKey, Whereabouts from, CancellationToken cancellationToken)
    {
        if (!rules.Current.Enabled)
        {
            return Off;
        }

        if (apiKey is null)
        {
            return await AdmitAsync(token, key: null, from, cancellationToken);
        }

        return keys.Current.Find(apiKey, ApiKeyScopes.Connect).IsRefused(out var error, out var key)
            ? error
            : key.FindMisplacement(from) is { } misplaced ? misplaced
            : await AdmitAsync(token, key, from, cancellationToken);
    }

    /// <summary>
    /// Admits a single request. Any valid API key comes in, and nothing else is needed beside it: what it is good for is asked of
    /// what is done, and who goes on as a client is asked for what clients need (<see cref="CheckClient"/>).
    /// </summary>
    /// <inheritdoc cref="AdmitAsync(string?, string?, Whereabouts, CancellationToken)"/>
    public async ValueTask<Result<Admitted>> AdmitRequestAsync(string? token, string? apiKey, Whereabouts from, CancellationToken cancellationToken)
    {
        if (apiKey is null || !rules.Current.Enabled)
        {
            return await AdmitAsync(token, apiKey, from, cancellationToken);
        }

        return keys.Current.Find(apiKey).IsRefused(out var error, out var key)
            ? error
            : key.FindMisplacement(from) is { } misplaced ? misplaced
            : await IdentifyAsync(token, key, from, cancellationToken);
    }

    /// <summary>Why one whose request was admitted may not do what clients do, whoever he is among them; null when he may.</summary>
    public Error? CheckClient(Admitted admitted) => Missing(admitted.Own.UserId is not null, admitted.Key is { CanConnect: true });

    /// <summary>The API key that one was admitted with as it is now; null if it counts no longer.</summary>
    public ApiKey? KeyOf(Admitted admitted) => Renew(admitted);

    /// <summary>Admits with another token one who is in already; the API key that he came with goes on to count.</summary>
    public ValueTask<Result<Admitted>> ReadmitAsync(Admitted admitted, string? token, CancellationToken cancellationToken) =>
        rules.Current.Enabled ? AdmitAsync(token, Renew(admitted), admitted.From, cancellationToken) : new(Off);

    /// <summary>Who one is now that was admitted earlier, or why he cannot go on.</summary>
    public Result<Admitted> Review(Admitted admitted)
    {
        if (!rules.Current.Enabled)
        {
            return Off;
        }

        var lost = FindTokenLoss(admitted);
        if (lost is null && admitted.Basis is { } basis && basis != tokens.Current.Basis)
        {
            // His token is not kept, so it cannot be asked again: he has to show it, or another.
            return new Error(ErrorCodes.Unauthenticated, "The gateway's rules for tokens have changed; connect again.");
        }

        var left = lost is not null
            ? new Admitted(Identity.Guest, Renew(admitted), Basis: null, admitted.From)
            : new Admitted(admitted.Own, Renew(admitted), admitted.Basis, admitted.From, assignments.Find(admitted.Own));
        if (Missing(left.Own.UserId is not null, left.Key is not null) is not { } missing)
        {
            return left.IsStill(admitted) ? admitted : left;
        }

        var hasExpired = lost == ErrorCodes.TokenExpired || admitted.Key?.ExpiresAt <= time.GetUtcNow();
        return hasExpired ? new Error(ErrorCodes.TokenExpired, "The credential has expired; connect with a new one.")
            : lost is not null ? Revoked
            : missing;
    }

    /// <summary>
    /// Why what one has shown who was admitted earlier counts no longer: <c>token_expired</c>, or the reason of a revocation; null
    /// when it does.
    /// </summary>
    public string? FindLoss(Admitted admitted) =>
        admitted.Identity.IsExpired(time.GetUtcNow()) ? ErrorCodes.TokenExpired : FindTokenLoss(admitted);

    /// <summary>Whether the token of one who was admitted earlier was revoked since.</summary>
    public bool IsRevoked(Admitted admitted) => revocations.FindReason(admitted.Own) is not null;

    private string? FindTokenLoss(Admitted admitted) =>
        admitted.Own.IsExpired(time.GetUtcNow()) ? ErrorCodes.TokenExpired : revocations.FindReason(admitted.Own);

    private async ValueTask<Result<Admitted>> AdmitAsync(string? token, ApiKey? key, Whereabouts from, CancellationToken cancellationToken) =>
        Missing(token is not null, key is not null) is { } missing ? missing : await IdentifyAsync(token, key, from, cancellationToken);

    private async ValueTask<Result<Admitted>> IdentifyAsync(string? token, ApiKey? key, Whereabouts from, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return new Admitted(Identity.Guest, key, Basis: null, from);
        }

        var validator = tokens.Current;
        return (await validator.ValidateAsync(token, cancellationToken)).IsRefused(out var error, out var identity)
            ? error
            : revocations.FindReason(identity) is not null ? Revoked
            : new Admitted(identity, key, validator.Basis, from, assignments.Find(identity));
    }

    // He came from where he came from, by rules that may be others now.
    private ApiKey? Renew(Admitted admitted) =>
        keys.Current.Renew(admitted.Key) is { } key && key.FindMisplacement(admitted.From) is null ? key : null;

    private Error? Missing(bool hasToken, bool hasKey)
    {
        var (_, requireApiKey, requireSession) = rules.Current;
        return requireApiKey && !hasKey ? KeyNeeded
            : requireSession && !hasToken ? UserNeeded
            : null;
    }
}
