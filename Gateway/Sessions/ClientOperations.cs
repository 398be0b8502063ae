using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Presence;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>
/// What a client may ask for that changes none of its own state: counted first, so that what is refused counts as well, then
/// permitted, then done.
/// </summary>
internal sealed class ClientOperations(
    Permissions permissions,
    Publisher publisher,
    MemberList members,
    ChannelList channels,
    HistoryReader history,
    Live<SessionLimits> limits)
{
    /// <summary>
    /// Publishes in the channels of the request: in none if one of them is not permitted. A <c>conflict</c> in one comes after
    /// those before it were published; the same request again changes nothing in these.
    /// </summary>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(ICaller caller, PublishRequest request, CancellationToken cancellationToken)
    {
        if (caller.Charge(Operation.Publish, (request.Channels?.Count).GetValueOrDefault(1)) is { } tooOften)
        {
            return tooOften;
        }

        // Who it is is asked once: what is permitted to one must not go out in the name of another.
        var identity = caller.Identity;
        var draft = Draft.Of(request, new Sender(identity.UserId, caller.ConnectionId));
        if (publisher.Prepare(draft).IsRefused(out var refusal, out var prepared))
        {
            return refusal;
        }

        foreach (var channel in draft.Channels)
        {
            if (await permissions.DecideAsync(identity, Right.Write, channel, cancellationToken) is { } denied)
            {
                return denied;
            }
        }

        return await publisher.PublishAsync(prepared, cancellationToken);
    }

    /// <summary>Publishes to every session.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="event">The event's name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="id">The idempotency key; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<Result<BroadcastResult>> BroadcastAsync(
        ICaller caller,
        string @event,
        JsonElement data,
        string? id,
        CancellationToken cancellationToken)
    {
        if (caller.Charge(Operation.Publish) is { } tooOften)
        {
            return tooOften;
        }

        var identity = caller.Identity;
        if (await permissions.DecideAsync(identity, Right.Broadcast, ChannelName.All, cancellationToken) is { } denied)
        {
            return denied;
        }

        var sender = new Sender(identity.UserId, caller.ConnectionId);
        var draft = new Draft { Channels = [ChannelName.All], Event = @event, Data = data, Id = id, Sender = sender };
        if (publisher.Prepare(draft).IsRefused(out var refusal, out var prepared))
        {
            return refusal;
        }

        return (await publisher.PublishAsync(prepared, cancellationToken)).IsRefused(out refusal, out var results)
            ? refusal
            : new BroadcastResult(results[0].Id);
    }

    /// <summary>Lists who is in a channel.</summary>
    public async ValueTask<Result<MembersPage>> GetMembersAsync(ICaller caller, MembersRequest request, CancellationToken cancellationToken) =>
        caller.Charge(Operation.Request) is { } tooOften ? tooOften : await ReadAsync(
            caller,
            Right.Presence,
            request.Channel,
            _ => members.ReadAsync(request, limits.Current.AnswerBytes, cancellationToken),
            cancellationToken);

    /// <summary>Tells how many are in a channel, to whom may see who is.</summary>
    public async ValueTask<Result<ChannelSessions>> CountAsync(ICaller caller, string channel, CancellationToken cancellationToken) =>
        caller.Charge(Operation.Request) is { } tooOften ? tooOften : await ReadAsync(
            caller,
            Right.Presence,
            channel,
            async _ => (Result<ChannelSessions>)await channels.CountAsync(channel, cancellationToken),
            cancellationToken);

    /// <summary>Reads what a channel keeps. Who may read the channel may read that.</summary>
    public async ValueTask<Result<HistoryResult>> GetHistoryAsync(ICaller caller, HistoryRequest request, CancellationToken cancellationToken) =>
        caller.Charge(Operation.Request) is { } tooOften ? tooOften : await ReadAsync(
            caller,
            Right.Read,
            request.Channel,
            identity => history.ReadAsync(request, identity.Roles, limits.Current.AnswerBytes, cancellationToken),
            cancellationToken);

    // What was read is handed out by rights that held when it was read: who lost them in between does not get what came after.
    private async ValueTask<Result<T>> ReadAsync<T>(
        ICaller caller,
        Right right,
        string channel,
        Func<Identity, ValueTask<Result<T>>> read,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var (identity, rules) = (caller.Identity, permissions.Rules);
            if (await permissions.DecideAsync(identity, right, channel, cancellationToken) is { } denied)
            {
                return denied;
            }

            var result = await read(identity);
            if (ReferenceEquals(identity, caller.Identity) && rules.Equals(permissions.Rules))
            {
                return result;
            }
        }
    }
}
