using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The hub at <c>/realtime</c>. It decides nothing: each method finds the session, calls, returns.</summary>
/// <remarks>A refused call fails with the text <c>code: sentence</c>; see <see cref="ErrorCodes"/>.</remarks>
public sealed class RealtimeHub : Hub<IRealtimeClient>
{
    private Session Session => Context.Features.GetRequiredFeature<SignalRConnection>().Session;

    private ClientOperations Operations => Session.Operations;

    /// <summary>Subscribes to channels: all of them or none.</summary>
    /// <param name="request">A channel, a list of channels, or an object; see <see cref="SubscribeRequest"/>.</param>
    public Task<SubscribeResult> Subscribe(SubscribeRequest request) =>
        OrThrow(Session.SubscribeAsync(request, Context.ConnectionAborted));

    /// <summary>Ends subscriptions.</summary>
    /// <param name="request">A channel, a list of channels, or <c>{ id }</c>.</param>
    public Task<UnsubscribeResult> Unsubscribe(UnsubscribeRequest request) =>
        OrThrow(Session.UnsubscribeAsync(request, Context.ConnectionAborted));

    /// <summary>Publishes in one channel. The answer is the acknowledgement.</summary>
    public async Task<Acknowledgement> Send(string channel, string @event, JsonElement data)
    {
        var results = await OrThrow(PublishAsync(new PublishRequest { Channel = channel, Event = @event, Data = data }));
        return new Acknowledgement(results[0].Id, results[0].Epoch, results[0].Offset);
    }

    /// <summary>Publishes in one channel or several.</summary>
    /// <returns>One <see cref="PublishResult"/> for <c>channel</c>, a list of them for <c>channels</c>.</returns>
    public async Task<object> Publish(PublishRequest publication)
    {
        var results = await OrThrow(PublishAsync(publication));
        return publication.Channels is null ? results[0] : results;
    }

    /// <summary>Publishes to every session.</summary>
    public Task<BroadcastResult> Broadcast(string @event, JsonElement data) =>
        OrThrow(Operations.BroadcastAsync(Session, @event, data, Context.ConnectionAborted));

    /// <summary>Lists who is in a channel.</summary>
    /// <param name="request">A channel, or <c>{ channel, cursor?, limit? }</c>.</param>
    public Task<MembersPage> GetMembers(MembersRequest request) =>
        OrThrow(Operations.GetMembersAsync(Session.Identity, request, Context.ConnectionAborted));

    /// <summary>Lets this connection be somebody else, and ends what he may not read.</summary>
    /// <param name="token">A JWT, or null to be a guest.</param>
    public Task<AuthenticateResult> Authenticate(string? token) =>
        OrThrow(Session.AuthenticateAsync(token, Context.ConnectionAborted));

    private ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(PublishRequest publication) =>
        Operations.PublishAsync(Session, publication, Context.ConnectionAborted);

    private static async Task<T> OrThrow<T>(ValueTask<Result<T>> call) => (await call).OrThrow();
}
