using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>Something on its way to many clients, encoded at most once for each wire format.</summary>
internal abstract class Outbound
{
    /// <summary>The bytes for clients of this format; empty when it has no word for it.</summary>
    public abstract ReadOnlyMemory<byte> For(IEncoding encoding);
}

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
