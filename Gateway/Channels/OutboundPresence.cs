using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>The coming, going or changing of a member on its way.</summary>
internal sealed class OutboundPresence(PresenceMessage message) : Outbound
{
    protected override ReadOnlyMemory<byte> Encode(IEncoding encoding) => encoding.Encode(message);
}
