using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// A call that server code makes on clients, encoded before the first of them gets it: what cannot be encoded is the caller's
/// exception and nobody else's trouble. Only SignalR clients have a word for it.
/// </summary>
internal sealed class RawInvocation(SignalRWire wire, string method, object?[] args) : Outbound
{
    private readonly ReadOnlyMemory<byte> _bytes = wire.Protocol.GetMessageBytes(new InvocationMessage(Callbacks.OnWire(method), args));

    protected override ReadOnlyMemory<byte> Encode(IEncoding encoding) => ReferenceEquals(encoding, wire.Encoding) ? _bytes : default;
}
