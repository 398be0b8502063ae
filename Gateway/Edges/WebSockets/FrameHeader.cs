using System.Buffers.Binary;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The header of a server's WebSocket frame (RFC 6455, section 5.2): final, without extensions, not masked.</summary>
internal static class FrameHeader
{
    /// <summary>The most that a header takes.</summary>
    public const int MaxBytes = 10;

    private const byte Final = 0x80;
    private const byte SixteenBits = 126;
    private const byte SixtyFourBits = 127;

    /// <summary>Writes the header of a frame so that it ends where its payload begins.</summary>
    /// <param name="before">What is in front of the payload, <see cref="MaxBytes"/> or more.</param>
    /// <param name="opcode">What kind of frame it is.</param>
    /// <param name="payloadBytes">How long its payload is.</param>
    /// <returns>How many bytes it takes.</returns>
    public static int WriteBefore(Span<byte> before, Opcode opcode, int payloadBytes)
    {
        var size = payloadBytes < SixteenBits ? 2 : payloadBytes <= ushort.MaxValue ? 4 : MaxBytes;
        var header = before[^size..];
        header[0] = (byte)(Final | (byte)opcode);
        switch (size)
        {
            case 2:
                header[1] = (byte)payloadBytes;
                break;
            case 4:
                header[1] = SixteenBits;
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payloadBytes);
                break;
            default:
                header[1] = SixtyFourBits;
                BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)payloadBytes);
                break;
        }

        return size;
    }

    /// <summary>A whole control frame.</summary>
    /// <param name="opcode">What kind of frame it is.</param>
    /// <param name="payload">At most 125 bytes.</param>
    public static byte[] Control(Opcode opcode, ReadOnlySpan<byte> payload) => [(byte)(Final | (byte)opcode), (byte)payload.Length, .. payload];

    /// <summary>What kind of frame it is.</summary>
    public static Opcode OpcodeOf(ReadOnlySpan<byte> frame) => (Opcode)(frame[0] & 0x0f);
}
