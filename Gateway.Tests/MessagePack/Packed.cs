using System.Buffers;
using System.Text;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>Between JSON, MessagePack and what carries it.</summary>
internal static class Packed
{
    /// <summary>How deep values of these tests may nest.</summary>
    public const int MaxDepth = 64;

    /// <summary>A JSON value as MessagePack.</summary>
    public static byte[] Of(string json) => Of(Encoding.UTF8.GetBytes(json));

    /// <summary>A JSON value as MessagePack.</summary>
    public static byte[] Of(byte[] json)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonToMessagePack.Write(json, output, MaxDepth);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A MessagePack value as JSON; it is all of the bytes.</summary>
    public static string ToJson(ReadOnlySpan<byte> value, long maxBytes = int.MaxValue)
    {
        var output = new ArrayBufferWriter<byte>();
        var reader = new MessagePackReader(value);
        MessagePackToJson.Write(ref reader, output, new JsonLimits(MaxDepth, maxBytes));
        return reader.IsAtEnd ? Encoding.UTF8.GetString(output.WrittenSpan) : throw new InvalidOperationException("Bytes are left over.");
    }

    /// <summary>A message as it is carried.</summary>
    public static byte[] Framed(byte[] message)
    {
        var prefix = new byte[LengthPrefix.MaxBytes];
        return [.. prefix[..LengthPrefix.Write(message.Length, prefix)], .. message];
    }

    /// <summary>A message that is written as JSON, as it is carried: <c>[6]</c>.</summary>
    public static byte[] Message(string json) => Framed(Of(json));

    /// <summary>Arrays in arrays.</summary>
    public static byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x91, depth - 1), 0x90];

    /// <summary>Bytes that are written as <c>92 01 c0</c>.</summary>
    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
