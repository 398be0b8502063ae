using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>
/// Something on its way to many clients, encoded at most once for each wire format. Used by one thread at a time: the one that
/// fans it out.
/// </summary>
internal abstract class Outbound
{
    // One format, as a rule, and few at most.
    private (IEncoding Encoding, ReadOnlyMemory<byte> Bytes)[] _encoded = [];

    /// <summary>The publication that it carries; null where it is something else.</summary>
    public virtual Publication? Publication => null;

    /// <summary>The bytes for clients of this format; empty when it has no word for it.</summary>
    public ReadOnlyMemory<byte> For(IEncoding encoding)
    {
        foreach (var (known, bytes) in _encoded)
        {
            if (ReferenceEquals(known, encoding))
            {
                return bytes;
            }
        }

        var made = Encode(encoding);
        _encoded = [.. _encoded, (encoding, made)];
        return made;
    }

    /// <summary>Writes it in this format.</summary>
    protected abstract ReadOnlyMemory<byte> Encode(IEncoding encoding);
}
