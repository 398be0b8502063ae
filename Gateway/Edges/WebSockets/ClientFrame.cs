using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The header of a frame that a client sends (RFC 6455, section 5.2).</summary>
/// <param name="Opcode">What kind of frame it is.</param>
/// <param name="IsFinal">Whether its message ends with it.</param>
/// <param name="IsAllowed">Whether a client that has agreed on no extension may send it.</param>
/// <param name="PayloadBytes">How long its payload is.</param>
/// <param name="Mask">What the next bytes of its payload are masked with, the first byte lowest.</param>
internal readonly record struct ClientFrame(Opcode Opcode, bool IsFinal, bool IsAllowed, long PayloadBytes, uint Mask)
{
    private const int MaskBytes = 4;
    private const int MostOfControl = 125;

    /// <summary>Reads the header that comes next; false while it has not come as a whole.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="frame">What it says.</param>
    /// <param name="headerBytes">How long it is.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ClientFrame frame, out int headerBytes)
    {
        (frame, headerBytes) = (default, 2);
        if (bytes.Length < headerBytes)
        {
            return false;
        }

        var (opcode, isFinal) = ((Opcode)(bytes[0] & 0x0f), (bytes[0] & 0x80) != 0);
        var (isMasked, length) = ((bytes[1] & 0x80) != 0, bytes[1] & 0x7f);
        var isControl = opcode >= Opcode.Close;
        var isAllowed = (bytes[0] & 0x70) == 0
            && isMasked
            && opcode is Opcode.Continuation or Opcode.Text or Opcode.Binary or Opcode.Close or Opcode.Ping or Opcode.Pong
            && (!isControl || isFinal && length <= MostOfControl);
        if (!isAllowed)
        {
            // There is no need to wait for the rest of it.
            frame = new ClientFrame(opcode, isFinal, IsAllowed: false, 0, 0);
            return true;
        }

        var lengthBytes = length switch { 126 => 2, 127 => 8, _ => 0 };
        headerBytes += lengthBytes + MaskBytes;
        if (bytes.Length < headerBytes)
        {
            return false;
        }

        var payloadBytes = lengthBytes switch
        {
            0 => length,
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
        };
        var mask = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(headerBytes - MaskBytes)..]);
        frame = new ClientFrame(opcode, isFinal, IsAllowed: payloadBytes >= 0, payloadBytes, mask);
        return true;
    }

    /// <summary>Unmasks in place the next bytes of the payload (section 5.3).</summary>
    /// <returns>The frame, as it is for the bytes behind these.</returns>
    public ClientFrame Unmask(Span<byte> payload)
    {
        if (Mask == 0)
        {
            return this;
        }

        var mask = BitConverter.IsLittleEndian ? Mask : BinaryPrimitives.ReverseEndianness(Mask);
        var vectors = MemoryMarshal.Cast<byte, Vector<uint>>(payload);
        var vectorMask = new Vector<uint>(mask);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] ^= vectorMask;
        }

        var rest = payload[(vectors.Length * Vector<byte>.Count)..];
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] ^= (byte)(Mask >> (8 * (i % MaskBytes)));
        }

        return this with { Mask = BitOperations.RotateRight(Mask, 8 * (payload.Length % MaskBytes)) };
    }
}
