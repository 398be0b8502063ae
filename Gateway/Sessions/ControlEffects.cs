using RealtimeGateway.Contracts;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What entries of the control log do on this node.</summary>
internal sealed class ControlEffects(Revocations revocations, RoleAssignments assignments, SessionRegistry sessions, TimeProvider time)
{
    // Who learns of an entry later than this cannot tell a token that was there before it, of an issuer whose clock is ahead, from
    // one that came after.
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(5);

    private static readonly Error Disconnected = new(ErrorCodes.PermissionDenied, "A server has ended this session.");

    /// <summary>All that this node remembers.</summary>
    public IEnumerable<LastingEntry> Remembered =>
    [
        .. revocations.Users.Select(entry => RevokeUser.From(entry.Key, entry.Value)),
        .. revocations.Tokens.Select(entry => RevokeToken.From(entry.Key, entry.Value)),
        .. assignments.All.Select(entry => AssignRoles.From(entry.Key, entry.Value)),
    ];

    /// <summary>Lets an entry count for whoever comes in, and whoever is asked again, from now on.</summary>
    /// <returns>
    /// What has to be said after it, where a session here, or what was said before, shows that the tokens it means reach further
    /// than it says; null where nothing has.
    /// </returns>
    public LastingEntry? Remember(LastingEntry entry)
    {
        switch (entry)
        {
            case RevokeUser revoke:
                var revoked = revocations.AddUser(revoke.UserId, Reaching(revoke.ToTokenRecord(), revoke.UserId));
                return SaysMore(revoked, revoke.At, revoke.UpTo) ? revoke with { At = Next(entry), UpTo = revoked.UpTo } : null;
            case AssignRoles assign:
                var assigned = assignments.Add(assign.UserId, Reaching(assign.ToTokenRecord(), assign.UserId));
                return SaysMore(assigned, assign.At, assign.UpTo) ? assign with { At = Next(entry), UpTo = assigned.UpTo } : null;
            case RevokeToken revoke:
                revocations.AddToken(revoke.TokenId, revoke.ToTokenRecord());
                return null;
            default:
                throw new ArgumentException($"{entry.GetType()} is not known here.", nameof(entry));
        }
    }

    /// <summary>Lets an entry take effect on the sessions that are here.</summary>
    public Task ApplyAsync(ControlEntry entry) => entry switch
    {
        RevokeUser revoke => sessions.ReviewAsync(revoke.UserId),
        AssignRoles assign => sessions.ReviewAsync(assign.UserId),
        RevokeToken revoke => Task.WhenAll(sessions.All.Where(session => session.Identity.Token?.Id == revoke.TokenId).Select(session => session.ReviewAsync())),
        DisconnectUser disconnect => Task.WhenAll(sessions.OfUser(disconnect.UserId).Select(session => session.DisconnectAsync(Disconnected).AsTask())),
        UnsubscribeUser unsubscribe => Task.WhenAll(sessions.OfUser(unsubscribe.UserId).Select(session => session.ExpelAsync(unsubscribe.Channels))),
        _ => throw new ArgumentException($"{entry.GetType()} is not known here.", nameof(entry)),
    };

    /// <summary>Asks every session again, after more than one entry counts.</summary>
    public Task ApplyAllAsync() => sessions.ReviewAsync();

    private TokenRecord<T> Reaching<T>(TokenRecord<T> record, string userId) =>
        time.GetUtcNow() - record.At <= Promptly && sessions.LatestTokenOf(userId) is { } latest && latest > record.UpTo
            ? record with { UpTo = latest }
            : record;

    private static bool SaysMore<T>(TokenRecord<T> counts, DateTimeOffset at, DateTimeOffset upTo) => counts.At == at && counts.UpTo > upTo;

    // Later than the entry and than nothing else, so that in whatever order it comes it takes the place of the entry only.
    private static DateTimeOffset Next(LastingEntry entry) => entry.At.AddTicks(1);
}
