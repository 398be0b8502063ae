using System.Buffers;
using System.Buffers.Text;

namespace RealtimeGateway.MessagePack;

/// <summary>Writes the parts of a JSON text, up to a bound. In strings it escapes what must be escaped and nothing else.</summary>
internal sealed class JsonText(IBufferWriter<byte> output, long maxBytes)
{
    private const int MaxBase64Piece = 3 * 1024;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private long _written;

    /// <summary>Writes a part as it is.</summary>
    /// <exception cref="NotJsonException">That is too much.</exception>
    public void Write(ReadOnlySpan<byte> part)
    {
        if (_written + part.Length > maxBytes)
        {
            throw new NotJsonException($"As JSON a value has {maxBytes} bytes at most.", isTooLarge: true);
        }

        _written += part.Length;
        output.Write(part);
    }

    /// <summary>Writes a string of valid UTF-8.</summary>
    public void WriteString(ReadOnlySpan<byte> text)
    {
        Write("\""u8);
        while (text.IndexOfAny(Escaped) is >= 0 and var at)
        {
            Write(text[..at]);
            WriteEscape(text[at]);
            text = text[(at + 1)..];
        }

        Write(text);
        Write("\""u8);
    }

    /// <summary>Writes bytes as a string in Base64.</summary>
    public void WriteBase64(ReadOnlySpan<byte> bytes)
    {
        Span<byte> text = stackalloc byte[MaxBase64Piece / 3 * 4];
        Write("\""u8);
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, MaxBase64Piece)];
            Base64.EncodeToUtf8(piece, text, out _, out var length);
            Write(text[..length]);
            bytes = bytes[piece.Length..];
        }

        Write("\""u8);
    }

    private void WriteEscape(byte code)
    {
        switch (code)
        {
            case (byte)'"':
                Write("\\\""u8);
                break;
            case (byte)'\\':
                Write("\\\\"u8);
                break;
            case (byte)'\n':
                Write("\\n"u8);
                break;
            case (byte)'\r':
                Write("\\r"u8);
                break;
            case (byte)'\t':
                Write("\\t"u8);
                break;
            default:
                Write("\\u00"u8);
                Write([HexOf(code >> 4), HexOf(code & 0xF)]);
                break;
        }
    }

    private static byte HexOf(int digit) => "0123456789abcdef"u8[digit];
}
