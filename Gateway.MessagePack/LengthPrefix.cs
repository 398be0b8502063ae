using System.Buffers;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// What stands before each message in SignalR's binary framing: its length as 1 to 5 bytes of 7 bits, the lowest first, all but the last with
/// the highest bit set; 2 GB are the most.
/// </summary>
/// <param name="Bytes">How many bytes the prefix itself has.</param>
/// <param name="Length">How many bytes the message has; null where the prefix is none.</param>
internal readonly record struct LengthPrefix(int Bytes, int? Length)
{
    /// <summary>The longest one.</summary>
    public const int MaxBytes = 5;

    private const int BitsEach = 7;
    private const byte More = 0x80;

    /// <summary>Reads the prefix at the beginning; false when not all of it is there.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> bytes, out LengthPrefix prefix)
    {
        Span<byte> first = stackalloc byte[MaxBytes];
        first = first[..(int)Math.Min(bytes.Length, MaxBytes)];
        bytes.Slice(0, first.Length).CopyTo(first);
        var length = 0L;
        for (var i = 0; i < first.Length; i++)
        {
            length |= (long)(first[i] & ~More) << (BitsEach * i);
            if ((first[i] & More) == 0)
            {
                prefix = new LengthPrefix(i + 1, length <= int.MaxValue ? (int)length : null);
                return true;
            }
        }

        prefix = new LengthPrefix(MaxBytes, null);
        return first.Length == MaxBytes;
    }

    /// <summary>Writes the prefix of a message.</summary>
    /// <returns>How many bytes it has.</returns>
    public static int Write(int length, Span<byte> output)
    {
        var (left, bytes) = ((uint)length, 0);
        for (; left >= More; left >>= BitsEach)
        {
            output[bytes++] = (byte)(left | More);
        }

        output[bytes++] = (byte)left;
        return bytes;
    }
}
