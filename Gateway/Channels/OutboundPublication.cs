using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>A publication on its way.</summary>
internal sealed class OutboundPublication(Publication publication) : Outbound
{
    protected override ReadOnlyMemory<byte> Encode(IEncoding encoding) => encoding.Encode(publication);
}
