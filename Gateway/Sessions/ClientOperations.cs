using System.Text.Json;
using RealtimeGateway.Backplane;
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
    ChannelRegistry channels,
    IBroker broker,
    Live<SessionLimits> limits)
{
    /// <summary>
    /// Publishes in the channels of the request: in none if one of them is not permitted. A <c>conflict</c> in one comes after
    /// those before it were published; the same request again changes nothing in these.
    /// </summary>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(Session session, PublishRequest request, CancellationToken cancellationToken)
    {
        if (session.Charge(Operation.Publish, (request.Channels?.Count).GetValueOrDefault(1)) is { } tooOften)
        {
            return tooOften;
        }

        // Who it is is asked once: what is permitted to one must not go out in the name of another.
        var identity = session.Identity;
        var draft = Draft.Of(request, new Sender(identity.UserId, session.ConnectionId));
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
    public async ValueTask<Result<BroadcastResult>> BroadcastAsync(
        Session session,
        string @event,
        JsonElement data,
        CancellationToken cancellationToken)
    {
        if (session.Charge(Operation.Publish) is { } tooOften)
        {
            return tooOften;
        }

        var identity = session.Identity;
        if (await permissions.DecideAsync(identity, Right.Broadcast, ChannelName.All, cancellationToken) is { } denied)
        {
            return denied;
        }

        var sender = new Sender(identity.UserId, session.ConnectionId);
        var draft = new Draft { Channels = [ChannelName.All], Event = @event, Data = data, Sender = sender };
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
        (caller.Charge(Operation.Request) ?? await permissions.DecideAsync(caller.Identity, Right.Presence, request.Channel, cancellationToken)) is { } refusal
            ? refusal
            : await members.ReadAsync(request, limits.Current.AnswerBytes, cancellationToken);

    /// <summary>Reads what a channel keeps. Who may read the channel may read that.</summary>
    public async ValueTask<Result<HistoryResult>> GetHistoryAsync(ICaller caller, HistoryRequest request, CancellationToken cancellationToken)
    {
        if ((caller.Charge(Operation.Request) ?? await permissions.DecideAsync(caller.Identity, Right.Read, request.Channel, cancellationToken)) is { } refusal)
        {
            return refusal;
        }

        if (request.Limit is < 1 or > HistoryRequest.MaxLimit)
        {
            return new Error(ErrorCodes.InvalidRequest, $"The limit of history goes from 1 to {HistoryRequest.MaxLimit}.");
        }

        if (channels.RetentionOf(request.Channel) is not { } retention)
        {
            return new Error(ErrorCodes.HistoryDisabled, $"'{request.Channel}' keeps no history; History on its policy would.");
        }

        var page = await broker.ReadAsync(request.Channel, retention, request.Since?.Offset, request.Limit, request.Reverse, cancellationToken);
        return request.Since is { } since && since.Epoch != page.Top.Epoch
            ? new Error(ErrorCodes.InvalidRequest, "The position is of another epoch than the channel is in now; ask again without since.")
            : new HistoryResult(page.Top.Epoch, page.Top.Offset, [.. Fitting(page.Publications).Select(ToMessage)]);
    }

    // A page of large publications ends early, but not before its first: who asks again after its last gets the rest.
    private IEnumerable<Publication> Fitting(IReadOnlyList<Publication> publications)
    {
        var bytes = 0;
        return publications.TakeWhile((publication, index) => (bytes += publication.Size) <= limits.Current.AnswerBytes || index == 0);
    }

    private static EventMessage ToMessage(Publication publication) => new()
    {
        Channel = publication.Channel,
        Event = publication.Event,
        Data = JsonElement.Parse(publication.Data.Span),
        Id = publication.Id,
        Epoch = publication.Position?.Epoch,
        Offset = publication.Position?.Offset,
        Time = publication.Time,
        Sender = publication.Sender,
        Channels = publication.Channels,
    };
}
