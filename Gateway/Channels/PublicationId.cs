using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RealtimeGateway.Channels;

/// <summary>
/// Ids for publications that were given none: UUIDs of version 7 (RFC 9562, 5.7) in 32 hexadecimal digits, in the order of their
/// milliseconds, and beyond these nobody guesses one. Random bytes are drawn for many at once, since drawing them is a system call.
/// </summary>
internal static class PublicationId
{
    private const int IdBytes = 16;
    private const int TimeBytes = 6;
    private const int RandomBytes = IdBytes - TimeBytes;
    private const int DrawnBytes = 256 * RandomBytes;

    [ThreadStatic]
    private static byte[]? t_drawn;

    [ThreadStatic]
    private static int t_left;

    /// <summary>A new one.</summary>
    /// <param name="time">The publication's time.</param>
    public static string Create(DateTimeOffset time)
    {
        Span<byte> id = stackalloc byte[IdBytes];
        BinaryPrimitives.WriteInt64BigEndian(id, time.ToUnixTimeMilliseconds() << 16);
        Draw(id[TimeBytes..]);
        id[6] = (byte)(id[6] & 0x0f | 0x70); // The version.
        id[8] = (byte)(id[8] & 0x3f | 0x80); // The variant.
        return Convert.ToHexStringLower(id);
    }

    private static void Draw(Span<byte> random)
    {
        var drawn = t_drawn ??= new byte[DrawnBytes];
        if (t_left == 0)
        {
            RandomNumberGenerator.Fill(drawn);
            t_left = drawn.Length;
        }

        t_left -= random.Length;
        drawn.AsSpan(t_left, random.Length).CopyTo(random);
    }
}
