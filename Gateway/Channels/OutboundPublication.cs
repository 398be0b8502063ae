using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>A publication on its way. Used by one thread at a time: the one that fans it out.</summary>
internal sealed class OutboundPublication(Publication publication) : Outbound
{
    private readonly List<(IEncoding Encoding, ReadOnlyMemory<byte> Bytes)> _encoded = new(capacity: 1);

    public override ReadOnlyMemory<byte> For(IEncoding encoding)
    {
        foreach (var (known, bytes) in _encoded)
        {
            if (ReferenceEquals(known, encoding))
            {
                return bytes;
            }
        }

        var made = encoding.Encode(publication);
        _encoded.Add((encoding, made));
        return made;
    }
}
