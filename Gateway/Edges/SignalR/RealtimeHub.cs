using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The hub at <c>/realtime</c>. It decides nothing: each method finds the session, calls, returns.</summary>
/// <remarks>
/// A method's task holds its answer, or the <see cref="Error"/> that the protocol turns into a failed call with the text
/// <c>code: sentence</c>. A refusal is no exception here: SignalR would log each as a fault of the server.
/// </remarks>
public sealed class RealtimeHub : Hub<IRealtimeClient>
{
    private Session Session => Context.Features.GetRequiredFeature<SignalRConnection>().Session;

    private ClientOperations Operations => Session.Operations;

    /// <summary>Subscribes to channels: all of them or none.</summary>
    /// <param name="channels">A channel, a list of channels, or an object; see <see cref="SubscribeRequest"/>.</param>
    /// <returns>A <see cref="SubscribeResult"/>.</returns>
    public async Task<object> Subscribe(SubscribeRequest channels) =>
        AnswerOf(await Session.SubscribeAsync(channels, Context.ConnectionAborted));

    /// <summary>Ends subscriptions.</summary>
    /// <param name="channels">A channel, a list of channels, or <c>{ id }</c>.</param>
    /// <returns>An <see cref="UnsubscribeResult"/>.</returns>
    public async Task<object> Unsubscribe(UnsubscribeRequest channels) =>
        AnswerOf(await Session.UnsubscribeAsync(channels, Context.ConnectionAborted));

    /// <summary>Publishes in one channel.</summary>
    /// <returns>An <see cref="Acknowledgement"/>.</returns>
    public async Task<object> Send(string? channel, string @event, JsonElement data)
    {
        var publication = new PublishRequest { Channel = channel ?? string.Empty, Event = @event, Data = data };
        var published = await Operations.PublishAsync(Session, publication, Context.ConnectionAborted);
        return published.IsRefused(out var error, out var results)
            ? error
            : new Acknowledgement(results[0].Id, results[0].Epoch, results[0].Offset);
    }

    /// <summary>Publishes in one channel or several.</summary>
    /// <returns>One <see cref="PublishResult"/> for <c>channel</c>, a list of them for <c>channels</c>.</returns>
    public async Task<object> Publish(PublishRequest publication)
    {
        var published = await Operations.PublishAsync(Session, publication, Context.ConnectionAborted);
        return published.IsRefused(out var error, out var results) ? error
            : publication.Channels is null ? results[0]
            : results;
    }

    /// <summary>Publishes to every session.</summary>
    /// <returns>A <see cref="BroadcastResult"/>.</returns>
    public async Task<object> Broadcast(string @event, JsonElement data) =>
        AnswerOf(await Operations.BroadcastAsync(Session, @event, data, id: null, Context.ConnectionAborted));

    /// <summary>Lists who is in a channel.</summary>
    /// <param name="channel">A channel, or <c>{ channel, cursor?, limit? }</c>.</param>
    /// <returns>A <see cref="MembersPage"/>.</returns>
    public async Task<object> GetMembers(MembersRequest channel) =>
        AnswerOf(await Operations.GetMembersAsync(Session, channel, Context.ConnectionAborted));

    /// <summary>Tells the members of this session's channels about its user, now and in channels that it joins later.</summary>
    /// <param name="profile">Any JSON object, up to <c>Limits:ProfileBytes</c>.</param>
    public async Task<object?> UpdateProfile(JsonElement profile) =>
        await Session.UpdateProfileAsync(profile, Context.ConnectionAborted);

    /// <summary>Reads what a channel keeps.</summary>
    /// <param name="page"><c>{ channel, since?, limit?, reverse? }</c>.</param>
    /// <returns>A <see cref="HistoryResult"/>.</returns>
    public async Task<object> GetHistory(HistoryRequest page) =>
        AnswerOf(await Operations.GetHistoryAsync(Session, page, Context.ConnectionAborted));

    /// <summary>Lets this connection be somebody else, and ends what he may not read.</summary>
    /// <param name="token">A JWT, or null to be a guest.</param>
    /// <returns>An <see cref="AuthenticateResult"/>.</returns>
    public async Task<object> Authenticate(string? token) =>
        AnswerOf(await Session.AuthenticateAsync(token, Context.ConnectionAborted));

    private static object AnswerOf<T>(Result<T> result)
        where T : notnull => result.IsRefused(out var error, out var value) ? error : value;
}
