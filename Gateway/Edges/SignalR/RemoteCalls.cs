using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Calls from the server that wait for the answer of a client of another node.</summary>
internal sealed class RemoteCalls(NodeMessenger messenger, ClientResults results, HubProtocols protocols, TimeProvider time)
{
    /// <summary>How often the node that has the client is asked whether the answer is still to come: it, or what it told, can be lost.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    private readonly Binder _binder = new(results);

    /// <summary>Calls a client, and waits for its answer.</summary>
    /// <param name="connectionId">The client's connection.</param>
    /// <param name="callId">The id of the invocation.</param>
    /// <param name="invocation">The invocation.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="IOException">No node has the connection.</exception>
    /// <exception cref="HubException">The client answered with an error, or went, or the caller gave up.</exception>
    /// <exception cref="RealtimeException"><c>unavailable</c>: it is not known whether a node has the connection.</exception>
    public async Task<T> InvokeAsync<T>(string connectionId, string callId, OutboundBytes invocation, CancellationToken cancellationToken)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = results.Add<T>(callId, connectionId, until.Token);
        string? owner = null;
        try
        {
            var call = new HubErrand.Call(connectionId, callId, invocation.Bytes);
            owner = await messenger.AskAsync(NodeChannels.All, call.Write(), until.Token)
                ?? throw new IOException($"Connection '{connectionId}' does not exist.");
            _ = WatchAsync(owner, connectionId, callId, until.Token); // Nothing in it throws.
            return await answer;
        }
        catch (Exception exception) when (exception is OperationCanceledException or HubException && cancellationToken.IsCancellationRequested)
        {
            await CancelAsync(owner, callId);
            throw ClientResults.Cancelled();
        }
        catch (RealtimeException)
        {
            // Some node may have made the call all the same.
            await CancelAsync(owner, callId);
            throw;
        }
        finally
        {
            await until.CancelAsync(); // Whatever comes now is late.
        }
    }

    /// <summary>Takes what a client answered to another node.</summary>
    /// <returns>False for bytes that are no such answer.</returns>
    public bool TryComplete(HubErrand.Answered answered) =>
        Read(answered) is { } completion && completion.InvocationId == answered.CallId && TryComplete(answered.ConnectionId, completion);

    /// <summary>Takes that a client has no answer.</summary>
    /// <returns>False where another client was asked.</returns>
    public bool TryFail(HubErrand.NotAnswered failed) =>
        TryComplete(failed.ConnectionId, CompletionMessage.WithError(failed.CallId, failed.Error));

    private bool TryComplete(string connectionId, CompletionMessage completion)
    {
        try
        {
            results.Complete(connectionId, completion);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private CompletionMessage? Read(HubErrand.Answered answered)
    {
        try
        {
            var bytes = new ReadOnlySequence<byte>(answered.Completion);
            return protocols.GetProtocol(answered.Protocol, supportedProtocols: null) is { } protocol
                && protocol.TryParseMessage(ref bytes, _binder, out var message) ? message as CompletionMessage : null;
        }
        catch (Exception)
        {
            // Whatever a protocol finds wrong in bytes that came from no client.
            return null;
        }
    }

    private async Task WatchAsync(string owner, string connectionId, string callId, CancellationToken cancellationToken)
    {
        try
        {
            while (await AwaitsAnswerAsync(owner, callId, cancellationToken))
            {
            }

            results.Complete(connectionId, CompletionMessage.WithError(callId, "Connection disconnected, or its answer was lost."));
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
    }

    private async Task<bool> AwaitsAnswerAsync(string owner, string callId, CancellationToken cancellationToken)
    {
        await Task.Delay(CheckInterval, time, cancellationToken);
        try
        {
            return await messenger.AskAsync(NodeChannels.Of(owner), new HubErrand.AwaitsAnswer(callId).Write(), cancellationToken) is not null;
        }
        catch (RealtimeException)
        {
            // It cannot be known now. The next time it may.
            return true;
        }
    }

    private async Task CancelAsync(string? owner, string callId)
    {
        try
        {
            var channel = owner is null ? NodeChannels.All : NodeChannels.Of(owner);
            await messenger.TellAsync(channel, new HubErrand.Cancel(callId).Write(), CancellationToken.None);
        }
        catch (RealtimeException)
        {
            // Then the call ends with its client's answer, or with the client.
        }
    }

    /// <summary>Says what an answer is to be read as.</summary>
    private sealed class Binder(ClientResults results) : IInvocationBinder
    {
        public Type GetReturnType(string invocationId) => results.TryGetType(invocationId, out var type)
            ? type
            : throw new InvalidOperationException("Nobody waits for this answer.");

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => throw NotAnAnswer();

        public Type GetStreamItemType(string streamId) => throw NotAnAnswer();

        private static InvalidOperationException NotAnAnswer() => new("This is no answer.");
    }
}
