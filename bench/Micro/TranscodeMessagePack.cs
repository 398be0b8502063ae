using System.Buffers;
using BenchmarkDotNet.Attributes;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Bench.Micro;

/// <summary>The data of one publication from JSON to MessagePack, and back.</summary>
[MemoryDiagnoser]
public class TranscodeMessagePack
{
    private const int MaxDepth = 32;

    private static readonly JsonLimits Limits = new(MaxDepth, MaxBytes: 32_768);

    private readonly ArrayBufferWriter<byte> _output = new(initialCapacity: 1_024);
    private byte[] _messagePack = [];

    /// <summary>Makes the MessagePack that is read.</summary>
    [GlobalSetup]
    public void Setup()
    {
        ToMessagePack();
        _messagePack = _output.WrittenSpan.ToArray();
        ToJson();
        Expect.That(_output.WrittenSpan.SequenceEqual(Sample.Data), "What comes back is not what went out.");
    }

    /// <summary>Writes it as MessagePack.</summary>
    /// <returns>How many bytes that has.</returns>
    [Benchmark]
    public int ToMessagePack()
    {
        _output.ResetWrittenCount();
        JsonToMessagePack.Write(Sample.Data, _output, MaxDepth);
        return _output.WrittenCount;
    }

    /// <summary>Writes it as JSON.</summary>
    /// <returns>How many bytes that has.</returns>
    [Benchmark]
    public int ToJson()
    {
        _output.ResetWrittenCount();
        var reader = new MessagePackReader(_messagePack);
        MessagePackToJson.Write(ref reader, _output, Limits);
        return _output.WrittenCount;
    }
}
