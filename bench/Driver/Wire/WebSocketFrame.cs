using System.Buffers.Binary;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>A frame of a WebSocket (RFC 6455, section 5.2), as a client sends and gets it.</summary>
/// <param name="Opcode">What it is: one of the constants here.</param>
/// <param name="IsEnd">Whether a message ends with it.</param>
/// <param name="Start">Where its payload begins, in bytes from its first.</param>
/// <param name="Length">Of its payload, in bytes.</param>
internal readonly record struct WebSocketFrame(int Opcode, bool IsEnd, int Start, int Length)
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    private const int ClientHeaderLength = 8;
    private const byte End = 0x80;
    private const byte Masked = 0x80;
    private const byte Two = 126;

    /// <summary>Where the next frame begins.</summary>
    public int Next => Start + Length;

    /// <summary>Reads the frame at the beginning of bytes, if all of it is there. One of a server is not masked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrame frame)
    {
        frame = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        var (start, length) = (2, (long)bytes[1]);
        if (length >= Two)
        {
            start = length == Two ? 4 : 10;
            if (bytes.Length < start)
            {
                return false;
            }

            length = length == Two ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        }

        if (bytes.Length - start < length)
        {
            return false;
        }

        frame = new WebSocketFrame(bytes[0] & 0x0f, (bytes[0] & End) != 0, start, (int)length);
        return true;
    }

    /// <summary>A frame of a client. Its masking key is zero, which leaves the payload as it is.</summary>
    public static byte[] Write(int opcode, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < Two)
        {
            return [(byte)(End | opcode), (byte)(Masked | payload.Length), 0, 0, 0, 0, .. payload];
        }

        byte[] frame = [(byte)(End | opcode), Masked | Two, 0, 0, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)(frame.Length - ClientHeaderLength)));
        return frame;
    }
}
