using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>The tokens of a user count no longer.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Reason">What his sessions are told.</param>
/// <param name="At">When it was said.</param>
/// <param name="UpTo">Which tokens: those that were issued up to then.</param>
internal sealed record RevokeUser(string UserId, string Reason, DateTimeOffset At, DateTimeOffset UpTo) : LastingEntry(At)
{
    public override string Key => "revoked-user:" + UserId;

    public static RevokeUser From(string userId, TokenRecord<string> record) => new(userId, record.Value, record.At, record.UpTo);

    public TokenRecord<string> ToTokenRecord() => new(At, UpTo, Reason);
}
