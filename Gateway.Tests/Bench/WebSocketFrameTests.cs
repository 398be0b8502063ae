using System.Buffers.Binary;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Tests.Bench;

[TestFixture]
public sealed class WebSocketFrameTests
{
    [TestCase(0)]
    [TestCase(125)]
    [TestCase(126)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public void Frame_IsRead_WhenAllOfItIsThere(int length)
    {
        var bytes = OfServer(WebSocketFrame.Text, new byte[length]);

        Assert.That(WebSocketFrame.TryRead([.. bytes, 0x81], out var frame), Is.True);
        Assert.That((frame.Opcode, frame.IsEnd, frame.Length, frame.Next), Is.EqualTo((WebSocketFrame.Text, true, length, bytes.Length)));
        Assert.That(WebSocketFrame.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _), Is.False);
    }

    [TestCase(0)]
    [TestCase(125)]
    [TestCase(126)]
    [TestCase(65_535)]
    public void FrameOfAClient_IsMaskedByZeros_WhichLeaveThePayloadAsItIs(int length)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        var frame = WebSocketFrame.Write(WebSocketFrame.Binary, payload);

        var header = frame.AsSpan(0, frame.Length - length);
        Assert.That(header[0], Is.EqualTo(0x82));
        Assert.That(header[1], Is.EqualTo(0x80 | (length < 126 ? length : 126)));
        Assert.That(header[2..^4].IsEmpty ? length : BinaryPrimitives.ReadUInt16BigEndian(header[2..]), Is.EqualTo(length));
        Assert.That(header[^4..].ToArray(), Is.All.Zero);
        Assert.That(frame[header.Length..], Is.EqualTo(payload));
    }

    /// <summary>A frame as servers send it: not masked.</summary>
    internal static byte[] OfServer(int opcode, ReadOnlySpan<byte> payload, bool isEnd = true)
    {
        var first = (byte)((isEnd ? 0x80 : 0) | opcode);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
        return payload.Length switch
        {
            < 126 => [first, (byte)payload.Length, .. payload],
            <= ushort.MaxValue => [first, 126, .. length[6..], .. payload],
            _ => [first, 127, .. length, .. payload],
        };
    }
}
