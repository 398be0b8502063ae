namespace RealtimeGateway.Channels;

/// <summary>Something on its way to many clients, encoded at most once for each wire format.</summary>
internal abstract class Outbound
{
    /// <summary>The bytes for clients of this format; empty when it has no word for it.</summary>
    public abstract ReadOnlyMemory<byte> For(IEncoding encoding);
}
