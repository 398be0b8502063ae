using BenchmarkDotNet.Attributes;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Bench.Micro;

/// <summary>One publication as a message of SignalR's: once for each format, however many hear it.</summary>
[MemoryDiagnoser]
public class EncodePublication
{
    private readonly Publication _publication = Sample.Publication(offset: 123_456);
    private IEncoding _encoding = null!;

    /// <summary>The format.</summary>
    [Params("json", "messagepack")]
    public string Format { get; set; } = string.Empty;

    /// <summary>Takes the format's encoding.</summary>
    [GlobalSetup]
    public void Setup() => _encoding = new HubProtocols().Find(Format)!.Encoding;

    /// <summary>Encodes it.</summary>
    [Benchmark]
    public ReadOnlyMemory<byte> Encode() => _encoding.Encode(_publication, matched: [], isReplayed: false);
}
