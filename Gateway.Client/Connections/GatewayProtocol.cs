using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>
/// A hub protocol that hands the gateway's callbacks on as they are read. <c>HubConnection</c> itself would give them to handlers
/// later and on another task, behind answers that were sent after them and even after the connection was closed; but what an
/// answer means for a position depends on what came before it.
/// </summary>
internal sealed class GatewayProtocol(IHubProtocol inner, ICallbacks callbacks) : IHubProtocol
{
    private readonly ConcurrentDictionary<string, SubscribeRequest> _subscribing = new();

    /// <summary>What the gateway's last message said; null as long as there was none.</summary>
    public CloseMessage? Close { get; private set; }

    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
    {
        try
        {
            var bytes = inner.GetMessageBytes(message);
            Remember(message);
            return bytes;
        }
        catch (Exception exception)
        {
            throw new UnwritableException(exception);
        }
    }

    // In one piece, so that of a message which cannot be written nothing has been.
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!inner.TryParseMessage(ref input, new CallbackBinder(binder), out message))
        {
            return false;
        }

        switch (message)
        {
            case InvocationMessage { InvocationId: null } callback when Callback.IsKnown(callback.Target):
                HandOn(callback);
                message = PingMessage.Instance; // Only a sign of life for whoever reads on.
                break;
            case InvocationBindingFailureMessage { InvocationId: null } failure when Callback.IsKnown(failure.Target):
                callbacks.OnUnreadable(failure.Target, failure.BindingFailure.SourceException);
                message = PingMessage.Instance;
                break;
            case CompletionMessage { InvocationId: { } id } completion when _subscribing.TryRemove(id, out var request):
                if (completion.Result is SubscribeResult result)
                {
                    callbacks.OnSubscribed(request, result);
                }

                break;
            case CloseMessage close:
                Close = close;
                break;
        }

        return true;
    }

    private void Remember(HubMessage message)
    {
        if (message is InvocationMessage { InvocationId: { } id, Arguments: [SubscribeRequest request] })
        {
            _subscribing[id] = request;
        }
    }

    private void HandOn(InvocationMessage callback)
    {
        switch (callback.Arguments)
        {
            case [EventMessage message]:
                callbacks.OnEvent(message);
                break;
            case [PresenceMessage message]:
                callbacks.OnPresence(message);
                break;
            case [SubscriptionMessage message]:
                callbacks.OnNotice(message);
                break;
        }
    }

    /// <summary>The gateway's callbacks, and what each brings.</summary>
    private static class Callback
    {
        private static readonly Dictionary<string, Type[]> Parameters = new()
        {
            ["event"] = [typeof(EventMessage)],
            ["presence"] = [typeof(PresenceMessage)],
            ["subscription"] = [typeof(SubscriptionMessage)],
        };

        public static bool IsKnown(string target) => Parameters.ContainsKey(target);

        public static Type[]? ParametersOf(string target) => Parameters.GetValueOrDefault(target);
    }

    private sealed class CallbackBinder(IInvocationBinder calls) : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => Callback.ParametersOf(methodName) ?? calls.GetParameterTypes(methodName);

        public Type GetReturnType(string invocationId) => calls.GetReturnType(invocationId);

        public Type GetStreamItemType(string streamId) => calls.GetStreamItemType(streamId);
    }
}
