using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>
/// Takes back what tokens gave (promise 9). When a call is answered as complete, nothing that is published afterwards reaches anybody
/// by a token that it revoked, on any node: sessions that live by one are guests, or closed where there are none, and what a guest may
/// not read has ended with a notice. The same tokens are refused on every way back.
/// </summary>
internal sealed class Revoker(Revocations revocations, SessionRegistry sessions, EveryNode everyNode)
{
    /// <summary>Revokes every token of a user that was issued by now.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="reason">What his sessions are told, a code; <c>unauthenticated</c> unless given.</param>
    public ValueTask<Result<UserActionResult>> RevokeUserAsync(string userId, string? reason = null) =>
        everyNode.ApplyAsync(RevokeUser.From(userId, revocations.NextOfUser(userId, reason, sessions.LatestTokenOf(userId))));

    /// <summary>Revokes one token, whichever sessions came with it.</summary>
    /// <param name="tokenId">Its <c>jti</c>, or what stands for it (<see cref="TokenStamp.Id"/>).</param>
    /// <param name="reason">What they are told, a code; <c>unauthenticated</c> unless given.</param>
    public ValueTask<Result<UserActionResult>> RevokeTokenAsync(string tokenId, string? reason = null) =>
        everyNode.ApplyAsync(RevokeToken.From(tokenId, revocations.NextOfToken(tokenId, reason)));

    /// <summary>Revokes the token that one session of this node came with.</summary>
    /// <param name="connectionId">The session's connection.</param>
    /// <param name="reason">What it is told, a code; <c>unauthenticated</c> unless given.</param>
    /// <returns>Null when there is no such session, or it came without a token: there is nothing to take back.</returns>
    public async ValueTask<Result<UserActionResult>?> RevokeSessionAsync(string connectionId, string? reason = null)
    {
        if (sessions.Find(connectionId)?.Identity.Token is not { } token)
        {
            return null;
        }

        return await RevokeTokenAsync(token.Id, reason);
    }
}
