using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// Reads fields. What comes from Redis may have been written by anybody: nothing is believed of it, and each read says whether there
/// was such a field.
/// </summary>
internal struct FieldReader(ReadOnlyMemory<byte> bytes)
{
    private const int MaxItems = 10_000;

    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>Whether all was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _rest;

    public bool TryRead(out ReadOnlyMemory<byte> field)
    {
        field = default;
        if (!Utf8Parser.TryParse(_rest.Span, out int length, out var digits)
            || length < 0
            || digits >= _rest.Length
            || _rest.Span[digits] != ':'
            || length > _rest.Length - digits - 1)
        {
            return false;
        }

        field = _rest.Slice(digits + 1, length);
        _rest = _rest[(digits + 1 + length)..];
        return true;
    }

    public bool TryRead([NotNullWhen(true)] out string? text)
    {
        text = null;
        if (TryRead(out ReadOnlyMemory<byte> field) && Utf8.IsValid(field.Span))
        {
            text = Encoding.UTF8.GetString(field.Span);
        }

        return text is not null;
    }

    public bool TryRead(out long number)
    {
        number = 0;
        return TryRead(out ReadOnlyMemory<byte> field) && Utf8Parser.TryParse(field.Span, out number, out var used) && used == field.Length;
    }

    public bool TryRead(out IReadOnlyList<string>? texts)
    {
        texts = null;
        if (!TryRead(out long count) || count is < -1 or > MaxItems)
        {
            return false;
        }

        if (count < 0)
        {
            return true;
        }

        var read = new string[count];
        for (var i = 0; i < read.Length; i++)
        {
            if (!TryRead(out string? text))
            {
                return false;
            }

            read[i] = text;
        }

        texts = read;
        return true;
    }
}
