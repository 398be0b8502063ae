using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Does for the hubs of other nodes what concerns the connections of this one.</summary>
internal sealed class HubListener(SessionRegistry sessions, ForwardedCalls forwarded, RemoteCalls calls) : INodeListener
{
    public bool OnTold(string fromNode, JsonElement body)
    {
        switch (HubErrand.TryRead(body, out var errand) ? errand : null)
        {
            case HubErrand.Send send:
                SendTo(send);
                return true;
            case HubErrand.Cancel cancel:
                forwarded.Cancel(cancel.CallId);
                return true;
            case HubErrand.Answered answered:
                return calls.TryComplete(answered);
            case HubErrand.NotAnswered failed:
                return calls.TryFail(failed);
            default:
                return false;
        }
    }

    public async ValueTask<bool?> OnAskedAsync(string fromNode, JsonElement body)
    {
        switch (HubErrand.TryRead(body, out var errand) ? errand : null)
        {
            case HubErrand.Join join when !NodeChannels.IsReserved(join.Group):
                return await ApplyAsync(join.ConnectionId, session => session.GrantAsync(join.Group, CancellationToken.None));
            case HubErrand.Leave leave when !NodeChannels.IsReserved(leave.Group):
                return await ApplyAsync(leave.ConnectionId, session => session.ExpelAsync(leave.Group, CancellationToken.None));
            case HubErrand.Call call:
                return TryCall(fromNode, call);
            case HubErrand.AwaitsAnswer awaits:
                return forwarded.Awaits(awaits.CallId);
            default:
                return null;
        }
    }

    private async ValueTask<bool> ApplyAsync(string connectionId, Func<Session, ValueTask> apply)
    {
        if (sessions.Find(connectionId) is not { } session)
        {
            return false;
        }

        await apply(session);
        return true;
    }

    private bool TryCall(string asker, HubErrand.Call call)
    {
        if (sessions.Find(call.ConnectionId)?.Connection is not SignalRConnection connection)
        {
            return false;
        }

        forwarded.Begin(asker, connection, call);
        return true;
    }

    private void SendTo(HubErrand.Send send)
    {
        var message = new OutboundBytes(send.Encoded);
        foreach (var id in send.ConnectionIds.OfType<string>())
        {
            sessions.Find(id)?.Deliver(message);
        }
    }
}
