using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RealtimeGateway.MessagePack;

/// <summary>Writes MessagePack, each value in its shortest form.</summary>
internal readonly ref struct MessagePackWriter(IBufferWriter<byte> output)
{
    public void WriteNil() => WriteByte(MessagePackCode.Nil);

    public void WriteBoolean(bool value) => WriteByte(value ? MessagePackCode.True : MessagePackCode.False);

    /// <summary>Writes an integer; one that is not negative has no sign on the wire.</summary>
    public void WriteInteger(long value)
    {
        switch (value)
        {
            case >= 0:
                WriteInteger((ulong)value);
                break;
            case >= -32:
                WriteByte((byte)value);
                break;
            case >= sbyte.MinValue:
                WriteSized(MessagePackCode.Signed8, (ulong)value, 1);
                break;
            case >= short.MinValue:
                WriteSized(MessagePackCode.Signed16, (ulong)value, 2);
                break;
            case >= int.MinValue:
                WriteSized(MessagePackCode.Signed32, (ulong)value, 4);
                break;
            default:
                WriteSized(MessagePackCode.Signed64, (ulong)value, 8);
                break;
        }
    }

    public void WriteInteger(ulong value)
    {
        switch (value)
        {
            case < MessagePackCode.FixMap:
                WriteByte((byte)value);
                break;
            case <= byte.MaxValue:
                WriteSized(MessagePackCode.Unsigned8, value, 1);
                break;
            case <= ushort.MaxValue:
                WriteSized(MessagePackCode.Unsigned16, value, 2);
                break;
            case <= uint.MaxValue:
                WriteSized(MessagePackCode.Unsigned32, value, 4);
                break;
            default:
                WriteSized(MessagePackCode.Unsigned64, value, 8);
                break;
        }
    }

    public void WriteFloat64(double value) => WriteSized(MessagePackCode.Float64, BitConverter.DoubleToUInt64Bits(value), 8);

    /// <summary>Writes a string of these bytes, which are UTF-8.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        switch (utf8.Length)
        {
            case < 32:
                WriteByte((byte)(MessagePackCode.FixString + utf8.Length));
                break;
            case <= byte.MaxValue:
                WriteSized(MessagePackCode.String8, (ulong)utf8.Length, 1);
                break;
            case <= ushort.MaxValue:
                WriteSized(MessagePackCode.String16, (ulong)utf8.Length, 2);
                break;
            default:
                WriteSized(MessagePackCode.String32, (ulong)utf8.Length, 4);
                break;
        }

        output.Write(utf8);
    }

    /// <summary>Writes a string; halves of surrogate pairs become U+FFFD.</summary>
    public void WriteString(string value) => WriteString(Encoding.UTF8.GetBytes(value));

    /// <summary>Writes a string, or nil for none.</summary>
    public void WriteStringOrNil(string? value)
    {
        if (value is null)
        {
            WriteNil();
        }
        else
        {
            WriteString(value);
        }
    }

    /// <summary>Begins an array of so many items.</summary>
    public void WriteArrayHeader(int count) => WriteHeader(count, MessagePackCode.FixArray, MessagePackCode.Array16, MessagePackCode.Array32);

    /// <summary>Begins a map of so many keys.</summary>
    public void WriteMapHeader(int count) => WriteHeader(count, MessagePackCode.FixMap, MessagePackCode.Map16, MessagePackCode.Map32);

    /// <summary>Writes a value that is MessagePack already.</summary>
    public void WriteRaw(in ReadOnlySequence<byte> value)
    {
        foreach (var segment in value)
        {
            output.Write(segment.Span);
        }
    }

    private void WriteHeader(int count, byte fix, byte sixteen, byte thirtyTwo)
    {
        switch (count)
        {
            case < 16:
                WriteByte((byte)(fix + count));
                break;
            case <= ushort.MaxValue:
                WriteSized(sixteen, (ulong)count, 2);
                break;
            default:
                WriteSized(thirtyTwo, (ulong)count, 4);
                break;
        }
    }

    private void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    // A code, and behind it the last bytes of a number.
    private void WriteSized(byte code, ulong value, int bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        WriteByte(code);
        output.Write(number[^bytes..]);
    }
}
