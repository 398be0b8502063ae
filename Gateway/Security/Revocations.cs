using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security;

/// <summary>
/// What was revoked: of a user, all tokens that were issued up to that instant, or a token alone
/// (<see cref="TokenRecords{TKey, T}"/>); a newer one counts (promise 9).
/// </summary>
internal sealed class Revocations(Live<RevocationMemory> memory, TimeProvider time)
{
    private readonly TokenRecords<string, string> _users = new(memory, time);
    private readonly TokenRecords<string, string> _tokens = new(memory, time);

    /// <summary>Unequal after each revocation.</summary>
    public object Version => (_users.Version, _tokens.Version);

    /// <summary>The revocations of users that are remembered, with what their sessions are told.</summary>
    public IEnumerable<KeyValuePair<string, TokenRecord<string>>> Users => _users.All;

    /// <summary>The revocations of tokens that are remembered, with what their sessions are told.</summary>
    public IEnumerable<KeyValuePair<string, TokenRecord<string>>> Tokens => _tokens.All;

    /// <summary>A revocation of every token of a user that was issued by now. It takes effect where it is added.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="reason">What his sessions are told; <c>unauthenticated</c> unless given.</param>
    /// <param name="latest">When the latest token that is known of him says it was issued: its issuer's clock may be ahead.</param>
    public TokenRecord<string> NextOfUser(string userId, string? reason, DateTimeOffset? latest) =>
        _users.Next(userId, reason ?? ErrorCodes.Unauthenticated, latest);

    /// <summary>A revocation of one token, whenever it says it was issued. It takes effect where it is added.</summary>
    /// <param name="tokenId">Its id, <see cref="TokenStamp.Id"/>.</param>
    /// <param name="reason">What its sessions are told; <c>unauthenticated</c> unless given.</param>
    public TokenRecord<string> NextOfToken(string tokenId, string? reason) =>
        _tokens.Next(tokenId, reason ?? ErrorCodes.Unauthenticated, DateTimeOffset.MaxValue);

    /// <inheritdoc cref="TokenRecords{TKey, T}.Set"/>
    public TokenRecord<string> AddUser(string userId, TokenRecord<string> revocation) => _users.Set(userId, revocation);

    /// <inheritdoc cref="TokenRecords{TKey, T}.Set"/>
    public TokenRecord<string> AddToken(string tokenId, TokenRecord<string> revocation) => _tokens.Set(tokenId, revocation);

    /// <summary>Why the token that this identity was read from no longer counts; null when it does.</summary>
    public string? FindReason(Identity identity) => identity.Token is { } token
        ? _users.Find(identity.UserId!, token) ?? _tokens.Find(token.Id, token)
        : null;
}
