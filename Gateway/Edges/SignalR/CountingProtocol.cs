using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.RateLimits;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The hub protocol of one connection: it counts the calls that reach no method of the hub, unknown or malformed ones. Those
/// that do are counted by what they do.
/// </summary>
internal sealed class CountingProtocol(GatewayJsonProtocol protocol, SignalRConnection connection) : IHubProtocol
{
    public string Name => protocol.Name;

    public int Version => protocol.Version;

    public TransferFormat TransferFormat => protocol.TransferFormat;

    public bool IsVersionSupported(int version) => protocol.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!protocol.TryParseMessage(ref input, binder, out message))
        {
            return false;
        }

        if (message is InvocationBindingFailureMessage failure && connection.Session.Charge(Operation.Request) is { } refusal)
        {
            message = GatewayJsonProtocol.Refuse(failure.InvocationId, failure.Target, refusal);
        }

        return true;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => protocol.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => protocol.GetMessageBytes(message);
}
