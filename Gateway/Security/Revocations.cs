using System.Collections.Concurrent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security;

/// <summary>
/// What was revoked: of a user, all tokens that were issued up to that instant, or a token alone. It is remembered for as long as
/// such a token could live; a newer one counts (promise 9).
/// </summary>
/// <remarks>
/// The times of tokens are whole seconds, so a token of the same second is refused with the older ones; one that does not say
/// when it was issued may be older and is refused too.
/// </remarks>
internal sealed class Revocations(Live<RevocationMemory> memory, TimeProvider time)
{
    private const int FirstSweep = 1_000;

    private readonly ConcurrentDictionary<(Kind Kind, string Id), Entry> _entries = [];
    private int _nextSweep = FirstSweep;
    private object _version = new();

    private enum Kind
    {
        User,
        Token,
    }

    /// <summary>Another object after each revocation.</summary>
    public object Version => Volatile.Read(ref _version);

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
        ? FindReason((Kind.User, identity.UserId!), token) ?? FindReason((Kind.Token, token.Id), token)
        : null;

    private string? FindReason((Kind, string) key, TokenStamp token) =>
        _entries.TryGetValue(key, out var entry) && !(token.IssuedAt?.ToUnixTimeSeconds() > entry.UpTo.ToUnixTimeSeconds()) ? entry.Reason : null;

    private void Add((Kind, string) key, string? reason, DateTimeOffset? latest)
    {
        var now = time.GetUtcNow();
        _entries[key] = new Entry(now, latest > now ? latest.Value : now, reason ?? ErrorCodes.Unauthenticated);
        Volatile.Write(ref _version, new object());
        SweepIfMany();
    }

    // Rare enough that looking at all of them costs each revocation little.
    private void SweepIfMany()
    {
        if (_entries.Count < Volatile.Read(ref _nextSweep))
        {
            return;
        }

        var forgotten = time.GetUtcNow() - memory.Current.Span;
        foreach (var entry in _entries.Where(entry => entry.Value.At < forgotten))
        {
            _entries.TryRemove(entry);
        }

        Volatile.Write(ref _nextSweep, Math.Max(FirstSweep, 2 * _entries.Count));
    }

    private sealed record Entry(DateTimeOffset At, DateTimeOffset UpTo, string Reason);
}
