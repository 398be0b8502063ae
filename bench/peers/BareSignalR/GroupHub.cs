using Microsoft.AspNetCore.SignalR;

namespace RealtimeGateway.Bench.BareSignalR;

/// <summary>What one writes who has SignalR and nothing else: a group for each channel.</summary>
internal sealed class GroupHub : Hub
{
    public Task Subscribe(string channel) => Groups.AddToGroupAsync(Context.ConnectionId, channel);

    public Task Send(string channel, string @event, object data) => Clients.Group(channel).SendAsync("event", channel, @event, data);
}
