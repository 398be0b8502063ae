using System.Buffers.Binary;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// Reads MessagePack, value by value. It believes no length: a count or a length that goes beyond the bytes that are there is an
/// error when it is read, before anything is made for it.
/// </summary>
/// <remarks>Every method throws <see cref="InvalidDataException"/> for bytes that are not what it reads; its sentence is fit for strangers.</remarks>
internal ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => Position == _bytes.Length;

    /// <summary>What comes next.</summary>
    public readonly MessagePackKind NextKind => IsAtEnd ? throw Truncated() : MessagePackCode.KindOf(_bytes[Position]);

    private readonly int Left => _bytes.Length - Position;

    /// <summary>Reads a nil if there is one.</summary>
    public bool TryReadNil()
    {
        if (NextKind != MessagePackKind.Nil)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool ReadBoolean() => Take(MessagePackKind.Boolean, "true or false") == MessagePackCode.True;

    /// <summary>Reads an integer of either kind that fits 64 bits with a sign.</summary>
    public long ReadInt64() => NextKind switch
    {
        MessagePackKind.Signed => ReadSigned(),
        MessagePackKind.Unsigned when ReadUInt64() is <= long.MaxValue and var value => (long)value,
        _ => throw Unexpected("an integer"),
    };

    /// <summary>Reads an integer of the kind <see cref="MessagePackKind.Unsigned"/>.</summary>
    public ulong ReadUInt64() => Take(MessagePackKind.Unsigned, "an integer") switch
    {
        MessagePackCode.Unsigned8 => Take(1)[0],
        MessagePackCode.Unsigned16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        MessagePackCode.Unsigned32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        MessagePackCode.Unsigned64 => BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
        var value => value,
    };

    public float ReadFloat32()
    {
        Take(MessagePackKind.Float32, "a float");
        return BinaryPrimitives.ReadSingleBigEndian(Take(4));
    }

    public double ReadFloat64()
    {
        Take(MessagePackKind.Float64, "a float");
        return BinaryPrimitives.ReadDoubleBigEndian(Take(8));
    }

    /// <summary>Reads a string's bytes. That they are UTF-8 is not looked at.</summary>
    public ReadOnlySpan<byte> ReadString()
    {
        var code = Take(MessagePackKind.String, "a string");
        return Take(code switch
        {
            MessagePackCode.String8 => ReadLength(1),
            MessagePackCode.String16 => ReadLength(2),
            MessagePackCode.String32 => ReadLength(4),
            _ => code - MessagePackCode.FixString,
        });
    }

    public ReadOnlySpan<byte> ReadBinary()
    {
        var code = Take(MessagePackKind.Binary, "bytes");
        return Take(ReadLength(1 << (code - MessagePackCode.Binary8)));
    }

    /// <summary>Reads how many items follow.</summary>
    public int ReadArrayHeader()
    {
        var code = Take(MessagePackKind.Array, "an array");
        return ItemsIn(code switch
        {
            MessagePackCode.Array16 => ReadLength(2),
            MessagePackCode.Array32 => ReadLength(4),
            _ => code - MessagePackCode.FixArray,
        });
    }

    /// <summary>Reads how many keys follow, each with its value.</summary>
    public int ReadMapHeader()
    {
        var code = Take(MessagePackKind.Map, "a map");
        var items = ItemsIn(2 * code switch
        {
            MessagePackCode.Map16 => ReadLength(2),
            MessagePackCode.Map32 => ReadLength(4),
            _ => code - MessagePackCode.FixMap,
        });
        return items / 2;
    }

    /// <summary>Reads over one value with all that is in it, however deep it nests.</summary>
    public void Skip()
    {
        for (var values = 1L; values > 0; values--)
        {
            values += SkipOne();
        }
    }

    /// <summary>Reads one value, with all that is in it, as the bytes that it is.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var start = Position;
        Skip();
        return _bytes[start..Position];
    }

    /// <summary>Reads over one value, up to where the values begin that are in it, and says how many these are.</summary>
    public int SkipOne()
    {
        switch (NextKind)
        {
            case MessagePackKind.Array:
                return ReadArrayHeader();
            case MessagePackKind.Map:
                return 2 * ReadMapHeader();
            case MessagePackKind.String:
                ReadString();
                return 0;
            case MessagePackKind.Binary:
                ReadBinary();
                return 0;
            case MessagePackKind.Extension:
                SkipExtension();
                return 0;
            case MessagePackKind.Unsigned:
                ReadUInt64();
                return 0;
            case MessagePackKind.Signed:
                ReadSigned();
                return 0;
            case MessagePackKind.Float32:
                ReadFloat32();
                return 0;
            case MessagePackKind.Float64:
                ReadFloat64();
                return 0;
            case MessagePackKind.Nil or MessagePackKind.Boolean:
                Position++;
                return 0;
            default:
                throw new InvalidDataException("The byte c1 is no MessagePack.");
        }
    }

    private long ReadSigned() => Take(MessagePackKind.Signed, "an integer") switch
    {
        MessagePackCode.Signed8 => (sbyte)Take(1)[0],
        MessagePackCode.Signed16 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        MessagePackCode.Signed32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        MessagePackCode.Signed64 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        var value => (sbyte)value,
    };

    private void SkipExtension()
    {
        var code = Take(MessagePackKind.Extension, "an extension");
        var length = code >= MessagePackCode.FixExtension1
            ? 1 << (code - MessagePackCode.FixExtension1)
            : ReadLength(1 << (code - MessagePackCode.Extension8));
        Take(1 + length); // And its type.
    }

    private byte Take(MessagePackKind kind, string what)
    {
        if (NextKind != kind)
        {
            throw Unexpected(what);
        }

        return _bytes[Position++];
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > Left)
        {
            throw Truncated();
        }

        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    private long ReadLength(int bytes)
    {
        var length = 0L;
        foreach (var next in Take(bytes))
        {
            length = length << 8 | next;
        }

        return length;
    }

    // Each item has one byte at least.
    private readonly int ItemsIn(long count) => count <= Left ? (int)count : throw Truncated();

    private readonly InvalidDataException Unexpected(string what) => new($"Expected {what}, not {NextKind}.");

    private static InvalidDataException Truncated() => new("It ends before its last value does.");
}
