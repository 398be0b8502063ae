namespace RealtimeGateway.Channels;

/// <summary>A message that was encoded before it came here; who speaks none of its formats gets nothing.</summary>
/// <param name="bytes">The message, by the name of the format (<see cref="IEncoding.Name"/>).</param>
internal sealed class OutboundBytes(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bytes) : Outbound
{
    /// <summary>The message, by the name of the format.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Bytes => bytes;

    protected override ReadOnlyMemory<byte> Encode(IEncoding encoding) => bytes.GetValueOrDefault(encoding.Name);
}
