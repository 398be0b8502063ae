using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security;

/// <summary>
/// What was revoked: of a user, all tokens that were issued up to that instant, or a token alone
/// (<see cref="TokenRecords{TKey, T}"/>); a newer one counts (promise 9).
/// </summary>
internal sealed class Revocations(Live<RevocationMemory> memory, TimeProvider time)
{
    private readonly TokenRecords<(Kind Kind, string Id), string> _reasons = new(memory, time);

    private enum Kind
    {
        User,
        Token,
    }

    /// <summary>Another object after each revocation.</summary>
    public object Version => _reasons.Version;

    /// <summary>Revokes every token of a user that was issued by now.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="reason">What his sessions are told; <c>unauthenticated</c> unless given.</param>
    /// <param name="latest">When the latest token that is known of him says it was issued: its issuer's clock may be ahead.</param>
    public void AddUser(string userId, string? reason, DateTimeOffset? latest = null) => Add((Kind.User, userId), reason, latest);

    /// <summary>Revokes one token, whenever it says it was issued.</summary>
    /// <param name="tokenId">Its id, <see cref="TokenStamp.Id"/>.</param>
    /// <param name="reason">What its sessions are told; <c>unauthenticated</c> unless given.</param>
    public void AddToken(string tokenId, string? reason) => Add((Kind.Token, tokenId), reason, DateTimeOffset.MaxValue);

    /// <summary>Why the token that this identity was read from no longer counts; null when it does.</summary>
    public string? FindReason(Identity identity) => identity.Token is { } token
        ? _reasons.Find((Kind.User, identity.UserId!), token) ?? _reasons.Find((Kind.Token, token.Id), token)
        : null;

    private void Add((Kind, string) key, string? reason, DateTimeOffset? latest) => _reasons.Set(key, reason ?? ErrorCodes.Unauthenticated, latest);
}
