using System.Buffers.Binary;
using System.Text;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Bytes in the channels of Redis that are to be taken for nothing.</summary>
internal static class HostileBytes
{
    private static readonly byte[][] Fixed =
    [
        [],
        [0],
        [.. Enumerable.Repeat((byte)0xFF, 64)],
        [1, 0xFF, 0xFF, 0xFF, 0x7F],
        "{}"u8.ToArray(),
        "null"u8.ToArray(),
        """{"channel":"chat:a","event":"message","data":"forged","offset":9007199254740993,"epoch":"e"}"""u8.ToArray(),
        """{"type":1,"target":"event","arguments":[{"channel":"chat:a","data":"forged"}]}"""u8.ToArray(),
        [.. Enumerable.Repeat((byte)'[', 100_000)],
    ];

    /// <summary>Some that no gateway wrote.</summary>
    public static byte[] Next(Random random)
    {
        if (random.Next(3) == 0)
        {
            return Fixed[random.Next(Fixed.Length)];
        }

        // Often with a small number at the beginning, which may be a version, and lengths that are far too long.
        var bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        if (bytes.Length > 0 && random.Next(2) == 0)
        {
            bytes[0] = (byte)random.Next(4);
        }

        if (bytes.Length >= 16 && random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(random.Next(bytes.Length - 4)), int.MaxValue);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(random.Next(bytes.Length - 8)), long.MaxValue);
        }

        return bytes;
    }

    /// <summary>A message as it was, its beginnings, and others that differ from it in one bit, one number, or a length.</summary>
    public static IEnumerable<byte[]> Like(byte[] message, Random random) =>
    [
        message,
        [.. message, 0],
        [.. message, .. message],
        .. PartsOf(message),
        .. Enumerable.Range(0, message.Length).Select(at => With(message, at, [(byte)(message[at] ^ (1 << random.Next(8)))])),
        .. Enumerable.Range(0, message.Length).SelectMany(at => Absurd.Where(number => at + number.Length <= message.Length).Select(number => With(message, at, number))),
        .. DigitsOf(message).SelectMany(digits => Numbers.Select(number => (byte[])[.. message[..digits.Start], .. number, .. message[digits.End..]])),
    ];

    /// <summary>All of its beginnings but the whole, and all of its ends.</summary>
    public static IEnumerable<byte[]> PartsOf(byte[] message) =>
        Enumerable.Range(1, message.Length - 1).SelectMany(length => new[] { message[..length], message[length..] });

    private static readonly byte[][] Absurd =
    [
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF],
        [0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00],
    ];

    private static readonly byte[][] Numbers =
        [.. new[] { "9007199254740992", "1000000000", "-1", "99999999999999999999999", "NaN", "1e3" }.Select(Encoding.ASCII.GetBytes)];

    private static byte[] With(byte[] message, int at, byte[] part) => [.. message[..at], .. part, .. message[(at + part.Length)..]];

    // Where numbers stand in it as text, if they do.
    private static IEnumerable<(int Start, int End)> DigitsOf(byte[] message)
    {
        for (var start = 0; start < message.Length; start++)
        {
            var end = start;
            while (end < message.Length && char.IsAsciiDigit((char)message[end]))
            {
                end++;
            }

            if (end > start)
            {
                yield return (start, end);
                start = end;
            }
        }
    }
}
