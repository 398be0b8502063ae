using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Presence;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What a client may ask for that changes none of its own state: first the permission, then the thing itself.</summary>
internal sealed class ClientOperations(
    Permissions permissions,
    Publisher publisher,
    MemberList members)
{
    /// <summary>Publishes in every channel of the request, or in none if one of them is refused.</summary>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(Session session, PublishRequest request, CancellationToken cancellationToken)
    {
        var draft = Draft.Of(request, session.AsSender);
        foreach (var channel in draft.Channels)
        {
            if (await permissions.DecideAsync(session.Identity, Right.Write, channel, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        return await publisher.PublishAsync(draft, cancellationToken);
    }

    /// <summary>Publishes to every session.</summary>
    public async ValueTask<Result<BroadcastResult>> BroadcastAsync(
        Session session,
        string @event,
        JsonElement data,
        CancellationToken cancellationToken)
    {
        if (await permissions.DecideAsync(session.Identity, Right.Broadcast, ChannelName.All, cancellationToken) is { } denied)
        {
            return denied;
        }

        var draft = new Draft { Channels = [ChannelName.All], Event = @event, Data = data, Sender = session.AsSender };
        return (await publisher.PublishAsync(draft, cancellationToken)).IsRefused(out var refusal, out var results)
            ? refusal
            : new BroadcastResult(results[0].Id);
    }

    /// <summary>Lists who is in a channel.</summary>
    public async ValueTask<Result<MembersPage>> GetMembersAsync(Identity identity, MembersRequest request, CancellationToken cancellationToken) =>
        await permissions.DecideAsync(identity, Right.Presence, request.Channel, cancellationToken) is { } refusal
            ? refusal
            : members.Read(request);
}
