using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>What a JSON string says, in UTF-8. Only one that is written with escapes has to be copied, into a pooled buffer.</summary>
internal readonly ref struct JsonText : IDisposable
{
    private readonly byte[]? _rented;

    /// <summary>Reads a string.</summary>
    public JsonText(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        if (!raw.Contains((byte)'\\'))
        {
            Utf8 = raw[1..^1];
            return;
        }

        _rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        Utf8 = _rented.AsSpan(0, reader.CopyString(_rented));
    }

    /// <summary>The text, until this is disposed.</summary>
    public ReadOnlySpan<byte> Utf8 { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
