using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>Writes what travels through Redis: fields one after another, each as its length, a colon, and its bytes.</summary>
internal sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public FieldWriter Add(ReadOnlySpan<byte> bytes)
    {
        AddLength(bytes.Length);
        _buffer.Write(bytes);
        return this;
    }

    public FieldWriter Add(string text)
    {
        AddLength(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _buffer);
        return this;
    }

    public FieldWriter Add(long number) => Add(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a list: how many, and then each. Null is told from empty.</summary>
    public FieldWriter Add(IReadOnlyList<string>? texts)
    {
        Add(texts?.Count ?? -1);
        foreach (var text in texts ?? [])
        {
            Add(text);
        }

        return this;
    }

    private void AddLength(int length)
    {
        const int MaxDigits = 11;
        var span = _buffer.GetSpan(MaxDigits);
        Utf8Formatter.TryFormat(length, span, out var written);
        span[written] = (byte)':';
        _buffer.Advance(written + 1);
    }
}
