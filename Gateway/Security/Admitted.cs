using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Security;

/// <summary>Who was admitted.</summary>
/// <param name="Own">Who he is by his token.</param>
/// <param name="Key">The API key he came with, or null.</param>
/// <param name="Basis">What the belief in his token rested on (<see cref="Tokens.TokenValidator.Basis"/>); null for a guest.</param>
/// <param name="From">Where he comes from.</param>
/// <param name="Assigned">The roles that a server gave him in the place of his token's; null where these count.</param>
internal sealed record Admitted(Identity Own, ApiKey? Key, string? Basis, Whereabouts From, IReadOnlyList<Role>? Assigned = null)
{
    /// <summary>What is counted for where he comes from.</summary>
    public ClientAddress Address => From.Address;

    /// <summary>Whom what he does is counted for: the user, else the API key, else the address.</summary>
    public string CountedAs => Own.UserId is { } userId ? "user:" + userId : Key?.Role.ToString() ?? CountedAt(Address);

    /// <summary>Whom what nobody in particular does is counted for.</summary>
    public static string CountedAt(ClientAddress address) => "address:" + address;

    /// <summary>
    /// Who he is by all that he showed; ends when the first of it does. A key that is not for connecting makes nobody a client:
    /// what it is good for, its scopes say.
    /// </summary>
    public Identity Identity { get; } = WithKey(Assigned is null ? Own : Own.WithRoles(Assigned), Key);

    /// <summary>Whether he is who he was earlier, by the same credentials and the same roles.</summary>
    public bool IsStill(Admitted earlier) => Own == earlier.Own && Key == earlier.Key && ReferenceEquals(Assigned, earlier.Assigned);

    private static Identity WithKey(Identity identity, ApiKey? key) =>
        key is { CanConnect: true } ? identity.WithKey(key.Role, key.ExpiresAt) : identity;
}
