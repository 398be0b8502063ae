using System.Buffers;
using System.Text.Json;

namespace RealtimeGateway.Backplane;

/// <summary>
/// One spelling for each JSON value: no white space, properties in the order of their names, strings escaped alike. Numbers
/// stay as they are written; 1 and 1.0 are the same value but not the same text, and a retry repeats the text.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The canonical spelling of a valid JSON value.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    /// <summary>The canonical spelling of a value that was read.</summary>
    public static ReadOnlySpan<byte> Of(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, value);
        }

        return buffer.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
