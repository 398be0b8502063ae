using System.Collections.Frozen;

namespace RealtimeGateway.Security;

/// <summary>Who a session is. Immutable: a new token makes a new identity.</summary>
public sealed class Identity
{
    private static readonly FrozenDictionary<string, FrozenSet<Right>> NoGrants = FrozenDictionary<string, FrozenSet<Right>>.Empty;

    private Identity(
        string? userId,
        IEnumerable<Role> roles,
        DateTimeOffset? expiresAt,
        FrozenDictionary<string, FrozenSet<Right>> grants,
        TokenStamp? token)
    {
        UserId = userId;
        Roles = roles.ToFrozenSet();
        ExpiresAt = expiresAt;
        Grants = grants;
        Token = token;
    }

    /// <summary>Someone who showed no credential.</summary>
    public static Identity Guest { get; } = new(null, [Role.Any, Role.Guests], null, NoGrants, token: null);

    /// <summary>The user, or null for a guest.</summary>
    public string? UserId { get; }

    /// <summary>Every role held, <c>any</c> included.</summary>
    public IReadOnlySet<Role> Roles { get; }

    /// <summary>When these rights end; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The rights that the token itself grants, by exact channel name.</summary>
    internal FrozenDictionary<string, FrozenSet<Right>> Grants { get; }

    /// <summary>Which token said so; null for a guest.</summary>
    internal TokenStamp? Token { get; }

    /// <summary>A signed-in user.</summary>
    /// <param name="userId">Who he is.</param>
    /// <param name="roles">His roles; those that every user holds are added to them.</param>
    /// <param name="expiresAt">When his rights end.</param>
    /// <param name="grants">The rights that his token itself grants.</param>
    /// <param name="token">Which token said so.</param>
    internal static Identity User(
        string userId,
        HashSet<Role> roles,
        DateTimeOffset expiresAt,
        FrozenDictionary<string, FrozenSet<Right>>? grants = null,
        TokenStamp? token = null)
    {
        roles.UnionWith([Role.Any, Role.Users]);
        return new(userId, roles, expiresAt, grants ?? NoGrants, token);
    }

    /// <summary>The same, holding also the role of the API key it came with; rights end with whichever ends first.</summary>
    internal Identity WithKey(Role key, DateTimeOffset? keyExpiresAt) =>
        new(UserId, [.. Roles, key], Earlier(ExpiresAt, keyExpiresAt), Grants, Token);

    /// <summary>
    /// The same user with other roles than his token gave, and without the rights that it granted itself. Who he is, and whether he
    /// is verified, stays as the token says.
    /// </summary>
    internal Identity WithRoles(IReadOnlyList<Role> assigned) =>
        new(UserId, [.. Roles.Where(role => role.Kind is "any" or "users" or "user"), .. assigned], ExpiresAt, NoGrants, Token);

    /// <summary>Whether the rights have ended at this time.</summary>
    internal bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;
}
