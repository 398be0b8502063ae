using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>One token counts no longer.</summary>
/// <param name="TokenId">Its id, <see cref="TokenStamp.Id"/>.</param>
/// <param name="Reason">What its sessions are told.</param>
/// <param name="At">When it was said.</param>
internal sealed record RevokeToken(string TokenId, string Reason, DateTimeOffset At) : LastingEntry(At)
{
    public override string Key => "revoked-token:" + TokenId;

    public static RevokeToken From(string tokenId, TokenRecord<string> record) => new(tokenId, record.Value, record.At);

    public TokenRecord<string> ToTokenRecord() => new(At, DateTimeOffset.MaxValue, Reason);
}
