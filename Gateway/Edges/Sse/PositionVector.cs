using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Sse;

/// <summary>
/// How far one stream is in each of its channels. Written it is the id of an event: base64url of a version, a fingerprint of the
/// channels, and in the order of their names each one's epoch (its length before it, 0 where there is no position) and offset
/// (LEB128). Names are not in it: 32 long ones would fit in no header. Not safe for use by several threads.
/// </summary>
internal sealed class PositionVector
{
    /// <summary>The longest id that is read.</summary>
    public const int MaxLength = 4 * 1024;

    private const byte Version = 1;
    private const int HeadBytes = 1 + sizeof(long);
    private const int MaxEpochLength = 64;
    private const int MaxOffsetBytes = 8; // Of 7 bits each; offsets stay below 2^53.

    private static readonly Error Foreign = new(
        ErrorCodes.InvalidRequest,
        "The last event id is none of a stream of these channels; connect without it.");

    private readonly string[] _channels;
    private readonly Position?[] _positions;
    private readonly bool[] _hasMoved;
    private ReadOnlyMemory<byte> _field;

    /// <summary>Nowhere in any of these channels.</summary>
    public PositionVector(IEnumerable<string> channels)
    {
        _channels = [.. channels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _positions = new Position?[_channels.Length];
        _hasMoved = new bool[_channels.Length];
    }

    /// <summary>Reads the id of an event of a stream of the same channels.</summary>
    public static Result<PositionVector> Read(IEnumerable<string> channels, string id)
    {
        if (id.Length > MaxLength || !Base64Url.IsValid(id))
        {
            return Foreign;
        }

        var vector = new PositionVector(channels);
        return vector.TryRead(Base64Url.DecodeFromChars(id)) ? vector : Foreign;
    }

    /// <summary>How far the stream is in a channel; null where that is not known.</summary>
    public Position? this[string channel] => Find(channel) is { } i ? _positions[i] : null;

    /// <summary>The stream has everything of a channel up to here. A channel that is none of the stream's is ignored.</summary>
    public void Move(string channel, Position position)
    {
        if (Find(channel) is { } i)
        {
            Set(i, position);
            _hasMoved[i] = true;
        }
    }

    /// <summary>The stream hears a channel after this position. Events of it that came meanwhile are further.</summary>
    public void Settle(string channel, Position position)
    {
        if (Find(channel) is { } i && (!_hasMoved[i] || (_positions[i]!.Epoch == position.Epoch && _positions[i]!.Offset < position.Offset)))
        {
            Set(i, position);
        }
    }

    /// <summary>The field <c>id</c> and the end of the event, as bytes of the stream.</summary>
    public ReadOnlyMemory<byte> ToField() => _field.IsEmpty ? _field = WriteField() : _field;

    private int? Find(string channel) => Array.BinarySearch(_channels, channel, StringComparer.Ordinal) is var i and >= 0 ? i : null;

    private void Set(int index, Position position)
    {
        _positions[index] = position;
        _field = default;
    }

    private byte[] WriteField()
    {
        Span<byte> bytes = stackalloc byte[HeadBytes + (_channels.Length * (1 + MaxEpochLength + MaxOffsetBytes))];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Fingerprint());
        var length = HeadBytes;
        foreach (var position in _positions)
        {
            length += Write(position, bytes[length..]);
        }

        var start = "id: "u8;
        var end = "\n\n"u8;
        var field = new byte[start.Length + Base64Url.GetEncodedLength(length) + end.Length];
        start.CopyTo(field);
        Base64Url.EncodeToUtf8(bytes[..length], field.AsSpan(start.Length));
        end.CopyTo(field.AsSpan(field.Length - end.Length));
        return field;
    }

    private static int Write(Position? position, Span<byte> bytes)
    {
        var epoch = position?.Epoch ?? string.Empty;
        bytes[0] = (byte)epoch.Length;
        var length = 1 + Encoding.ASCII.GetBytes(epoch, bytes[1..]);
        if (position is null)
        {
            return length;
        }

        var offset = position.Offset;
        for (; offset > 0x7F; offset >>= 7)
        {
            bytes[length++] = (byte)(offset | 0x80);
        }

        bytes[length++] = (byte)offset;
        return length;
    }

    private bool TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || bytes[0] != Version || BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) != Fingerprint())
        {
            return false;
        }

        bytes = bytes[HeadBytes..];
        for (var i = 0; i < _positions.Length; i++)
        {
            if (!TryRead(ref bytes, out _positions[i]))
            {
                return false;
            }
        }

        return bytes.IsEmpty;
    }

    private static bool TryRead(ref ReadOnlySpan<byte> bytes, out Position? position)
    {
        position = null;
        if (bytes.IsEmpty || bytes.Length < 1 + bytes[0])
        {
            return false;
        }

        var epoch = Encoding.ASCII.GetString(bytes.Slice(1, bytes[0]));
        bytes = bytes[(1 + epoch.Length)..];
        if (epoch.Length == 0)
        {
            return true;
        }

        if (!Printable.IsWord(epoch, MaxEpochLength) || !TryReadOffset(ref bytes, out var offset))
        {
            return false;
        }

        position = new Position(epoch, offset);
        return true;
    }

    private static bool TryReadOffset(ref ReadOnlySpan<byte> bytes, out long offset)
    {
        offset = 0;
        for (var i = 0; i < Math.Min(bytes.Length, MaxOffsetBytes); i++)
        {
            offset |= (long)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] <= 0x7F)
            {
                bytes = bytes[(i + 1)..];
                return offset < 1L << 53;
            }
        }

        return false;
    }

    // No name that a channel can have has a line's end.
    private long Fingerprint() => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', _channels))));
}
