using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.Support;

/// <summary>Microsoft's <c>HubConnection</c>, with what it was sent laid up in order.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    private readonly Inbox<EventMessage> _events = new();
    private readonly Inbox<PresenceMessage> _presence = new();
    private readonly Inbox<SubscriptionMessage> _notices = new();
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallbackFence _fence;

    private TestClient(HubConnection hub, CallbackFence fence)
    {
        Hub = hub;
        _fence = fence;
        Collect("event", _events);
        Collect("presence", _presence);
        Collect("subscription", _notices);
        hub.Closed += exception =>
        {
            _closed.TrySetResult(exception);
            return Task.CompletedTask;
        };
    }

    public HubConnection Hub { get; }

    /// <summary>Completes when the connection is closed, with what the client was told.</summary>
    public Task<Exception?> Closed => _closed.Task.InTime();

    public static async Task<TestClient> ConnectAsync(string hubUrl, string? token, bool speaksMessagePack = false)
    {
var fence = new CallbackFence(speaksMessagePack ? new MessagePackHubProtocol() : new JsonHubProtocol());
        var builder = new HubConnectionBuilder().WithRealtimeGateway(hubUrl, () => Task.FromResult(token));
        builder.Services.AddSingleton<IHubProtocol>(fence);
        var client = new TestClient(builder.Build(), fence);
        await client.Hub.StartAsync().InTime();
        return client;
    }

    /// <summary>The connection's id. Without negotiation only the gateway knows it; who hears himself learns it.</summary>
    public async Task<string> FindIdAsync()
    {
        var channel = "live:" + Guid.NewGuid().ToString("N");
        await SubscribeAsync(channel);
        await SendAsync(channel, "who-am-i", null);
        var id = (await NextEventAsync()).Sender!.ConnectionId;
        await UnsubscribeAsync(channel);
        return id;
    }

    public Task<SubscribeResult> SubscribeAsync(object request) => Hub.InvokeAsync<SubscribeResult>("Subscribe", request).InTime();

    public Task<UnsubscribeResult> UnsubscribeAsync(object request) => Hub.InvokeAsync<UnsubscribeResult>("Unsubscribe", request).InTime();

    public Task<Acknowledgement> SendAsync(string channel, string @event, object? data) =>
        Hub.InvokeAsync<Acknowledgement>("Send", channel, @event, data).InTime();

    public Task<PublishResult> PublishAsync(object publication) => Hub.InvokeAsync<PublishResult>("Publish", publication).InTime();

    public Task<BroadcastResult> BroadcastAsync(string @event, object? data) =>
        Hub.InvokeAsync<BroadcastResult>("Broadcast", @event, data).InTime();

    public Task<AuthenticateResult> AuthenticateAsync(string? token) => Hub.InvokeAsync<AuthenticateResult>("Authenticate", token).InTime();

    public Task UpdateProfileAsync(object profile) => Hub.InvokeAsync("UpdateProfile", profile).InTime();

    public Task<MembersPage> GetMembersAsync(object request) => Hub.InvokeAsync<MembersPage>("GetMembers", request).InTime();

    /// <summary>The next event, in the order of arrival.</summary>
    public Task<EventMessage> NextEventAsync() => _events.NextAsync();

    /// <summary>The next change of a channel's members, in the order of arrival.</summary>
    public Task<PresenceMessage> NextPresenceAsync() => _presence.NextAsync();

    /// <summary>Every change of members that came and was not awaited.</summary>
    public Task<IReadOnlyList<PresenceMessage>> PresenceUntilNowAsync() => UntilNowAsync(_presence);

    /// <summary>The next notice about a subscription.</summary>
    public Task<SubscriptionMessage> NextNoticeAsync() => _notices.NextAsync();

    /// <summary>The next notice that something is no longer heard; others are passed over.</summary>
    public Task<SubscriptionMessage> NextRevocationAsync() => _notices.NextAsync(notice => notice.State == SubscriptionStates.Revoked);

    /// <summary>
    /// Every event that came and was not awaited. A call is answered in between, after what was sent before it.
    /// </summary>
    public Task<IReadOnlyList<EventMessage>> EventsUntilNowAsync() => UntilNowAsync(_events);

    /// <summary>The text of the error with which a call fails.</summary>
    public async Task<string> ErrorOfAsync(string method, params object?[] arguments)
    {
        try
        {
            await Hub.InvokeCoreAsync<JsonElement>(method, arguments).InTime();
        }
        catch (HubException exception)
        {
            return exception.Message;
        }

        throw new AssertionException($"{method} was not refused.");
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    private void Collect<T>(string callback, Inbox<T> arrived) => Hub.On<T>(callback, message =>
    {
        arrived.Add(message);
        _fence.OnHandled();
    });

    private async Task<IReadOnlyList<T>> UntilNowAsync<T>(Inbox<T> arrived)
    {
        await UnsubscribeAsync("nothing:here");
        await _fence.PassAsync().InTime();
        return arrived.Drain();
    }
}
