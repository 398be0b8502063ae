using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Calls that other nodes make on clients of this one. What the client answers goes back as it came: only the asker knows its type.</summary>
internal sealed partial class ForwardedCalls(ClientResults results, NodeMessenger messenger, ILogger<ForwardedCalls> logger)
{
    // A call stays here until its outcome is told: who is told that nothing is to come has what came before.
    private readonly ConcurrentDictionary<string, bool> _calls = new(StringComparer.Ordinal);

    /// <summary>Makes a call for another node.</summary>
    public void Begin(string asker, SignalRConnection connection, HubErrand.Call call)
    {
        var answer = results.Add<RawResult>(call.CallId, connection.Id, connection.Aborted);
        _calls[call.CallId] = true;
        _ = ForwardAsync(asker, connection, call.CallId, answer); // It logs its own exceptions.
        connection.Outlet.Send(new OutboundBytes(call.Encoded));
    }

    /// <summary>Whether the outcome of a call is still to be told.</summary>
    public bool Awaits(string callId) => _calls.ContainsKey(callId);

    /// <summary>The asker waits no longer.</summary>
    public void Cancel(string callId)
    {
        if (Awaits(callId))
        {
            results.Drop(callId);
        }
    }

    private async Task ForwardAsync(string asker, SignalRConnection connection, string callId, Task<RawResult> answer)
    {
        try
        {
            var outcome = await OutcomeOfAsync(connection, callId, answer);
            await messenger.TellAsync(NodeChannels.Of(asker), outcome.Write(), CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Nobody is to be told.
        }
        catch (Exception exception)
        {
            // The asker finds out when it asks again.
            LogLost(asker, exception);
        }
        finally
        {
            _calls.TryRemove(callId, out _);
        }
    }

    private static async Task<HubErrand> OutcomeOfAsync(SignalRConnection connection, string callId, Task<RawResult> answer)
    {
        try
        {
            var completion = CompletionMessage.WithResult(callId, await answer);
            return new HubErrand.Answered(connection.Id, callId, connection.Protocol.Name, connection.Protocol.GetMessageBytes(completion));
        }
        catch (HubException exception)
        {
            var hasGone = connection.Aborted.IsCancellationRequested;
            return new HubErrand.NotAnswered(connection.Id, callId, hasGone ? "Connection disconnected." : exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Node {Node} could not be told what a client answered.")]
    private partial void LogLost(string node, Exception exception);
}
