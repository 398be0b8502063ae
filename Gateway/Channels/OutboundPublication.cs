using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>A publication on its way.</summary>
/// <param name="publication">The publication.</param>
/// <param name="matched">The keys of the interests that it matched, for the client to tell its subscriptions apart.</param>
/// <param name="isReplayed">Whether it comes from history.</param>
internal sealed class OutboundPublication(Publication publication, IReadOnlyList<string> matched, bool isReplayed) : Outbound
{
    public override Publication Publication => publication;

    protected override ReadOnlyMemory<byte> Encode(IEncoding encoding) => encoding.Encode(publication, matched, isReplayed);
}
