using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Presence;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Sessions;

/// <summary>
/// What servers do to users: to every session that a user has, on every node. Where an answer is complete it is applied, for a user
/// without sessions too; where not, it names the nodes that have not applied it yet (promise 9).
/// </summary>
internal sealed class UserActions(
    RequestTrust trust,
    RequestPublishing publishing,
    SessionRegistry sessions,
    MemberList members,
    Revoker revoker,
    RoleAssignments assignments,
    EveryNode everyNode)
{
    private const int MaxReasonLength = 64;

    /// <summary>The sessions that a user has now.</summary>
    public async ValueTask<Result<UserSessions>> GetSessionsAsync(RequestCaller caller, string userId, CancellationToken cancellationToken) =>
        Check(caller, userId) is { } refusal ? refusal : new UserSessions(await members.SessionsOfAsync(userId, cancellationToken));

    /// <summary>Ends his sessions. He may come back.</summary>
    public async ValueTask<Result<UserActionResult>> DisconnectAsync(RequestCaller caller, string userId) =>
        Check(caller, userId) is { } refusal ? refusal : await everyNode.ApplyAsync(new DisconnectUser(userId));

    /// <summary>Takes his sessions out of channels. His right to read them stays.</summary>
    public async ValueTask<Result<UserActionResult>> UnsubscribeAsync(RequestCaller caller, string userId, IReadOnlyList<string> channels)
    {
        if (Check(caller, userId) is { } refusal)
        {
            return refusal;
        }

        if (channels.Count == 0)
        {
            return new Error(ErrorCodes.InvalidRequest, "Unsubscribe names one channel or more.");
        }

        if (channels.FirstOrDefault(channel => !ChannelName.IsValid(channel)) is { } wrong)
        {
            return new Error(ErrorCodes.InvalidChannel, $"'{wrong}' is no channel that a client can be subscribed to.");
        }

        if (!trust.Covers(caller, ApiKeyScopes.Users, channels))
        {
            return RequestTrust.Refuse(caller, ApiKeyScopes.Users);
        }

        return await everyNode.ApplyAsync(new UnsubscribeUser(userId, channels));
    }

    /// <summary>Revokes the tokens that he has by now.</summary>
    public async ValueTask<Result<UserActionResult>> RevokeAsync(RequestCaller caller, string userId, string? reason)
    {
        if (Check(caller, userId) is { } refusal)
        {
            return refusal;
        }

        if (reason is not null && !Printable.IsWord(reason, MaxReasonLength))
        {
            return new Error(ErrorCodes.InvalidRequest, $"A reason is a word of 1 to {MaxReasonLength} printable ASCII characters.");
        }

        return await revoker.RevokeUserAsync(userId, reason);
    }

    /// <summary>Gives him other roles than those of the tokens that he has by now.</summary>
    public async ValueTask<Result<UserActionResult>> AssignAsync(RequestCaller caller, string userId, IReadOnlyList<string> roles)
    {
        if (Check(caller, userId) is { } refusal)
        {
            return refusal;
        }

        if (RoleAssignments.Read(roles).IsRefused(out var unfit, out var assigned))
        {
            return unfit;
        }

        return await everyNode.ApplyAsync(AssignRoles.From(userId, assignments.Next(userId, assigned, sessions.LatestTokenOf(userId))));
    }

    /// <summary>Sends an event to all of his sessions, which need no subscription for it.</summary>
    public async ValueTask<Result<UserActionResult>> SendAsync(
        RequestCaller caller,
        string userId,
        string @event,
        JsonElement data,
        string? id,
        CancellationToken cancellationToken)
    {
        if (Check(caller, userId) is { } refusal)
        {
            return refusal;
        }

        var request = new PublishRequest { Channel = ChannelName.OfUser(userId), Event = @event, Data = data, Id = id };
        var published = await publishing.PublishAsServerAsync(caller, request, cancellationToken);
        return published.IsRefused(out var error, out _) ? error : new UserActionResult(Complete: true);
    }

    private Error? Check(RequestCaller caller, string userId) =>
        !trust.Covers(caller, ApiKeyScopes.Users) ? RequestTrust.Refuse(caller, ApiKeyScopes.Users)
        : !Role.TryCreate("user", userId, null, out _) ? new Error(ErrorCodes.InvalidRequest, $"A user's id is 1 to {Role.MaxPartLength} characters without '/'.")
        : null;
}
