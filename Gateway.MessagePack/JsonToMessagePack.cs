using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// Writes JSON as MessagePack. An integer of 64 bits, with a sign or without, stays one, in its shortest form; any other number becomes the
/// nearest 64-bit float that is finite: one with more digits is rounded, one that is too large becomes the largest. So what is written can
/// always be read into JSON again. Keys stay in their order, doubled ones too.
/// </summary>
internal static class JsonToMessagePack
{
    /// <summary>Writes one JSON value.</summary>
    /// <param name="json">The value.</param>
    /// <param name="output">Where to.</param>
    /// <param name="maxDepth">How deep arrays and objects may nest.</param>
    /// <exception cref="JsonException">It is not JSON, nests too deep, or a string in it holds half of a surrogate pair.</exception>
    public static void Write(ReadOnlySpan<byte> json, IBufferWriter<byte> output, int maxDepth)
    {
        var options = new JsonReaderOptions { MaxDepth = maxDepth };
        var counts = Count(new Utf8JsonReader(json, options), maxDepth);
        Write(new Utf8JsonReader(json, options), counts, new MessagePackWriter(output));
    }

    // MessagePack says how many items there are before the first of them. For each array and object, in the order in which they begin: how
    // many values stand directly in it, names included.
    private static List<int> Count(Utf8JsonReader reader, int maxDepth)
    {
        var counts = new List<int>();
        Span<int> open = stackalloc int[maxDepth];
        var depth = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                depth--;
                continue;
            }

            if (depth > 0)
            {
                counts[open[depth - 1]]++;
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                open[depth++] = counts.Count;
                counts.Add(0);
            }
        }

        return counts;
    }

    private static void Write(Utf8JsonReader reader, List<int> counts, MessagePackWriter writer)
    {
        var begun = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    writer.WriteArrayHeader(counts[begun++]);
                    break;
                case JsonTokenType.StartObject:
                    writer.WriteMapHeader(counts[begun++] / 2);
                    break;
                case JsonTokenType.PropertyName or JsonTokenType.String:
                    WriteText(in reader, writer);
                    break;
                case JsonTokenType.Number:
                    WriteNumber(reader.ValueSpan, writer);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    writer.WriteBoolean(reader.TokenType == JsonTokenType.True);
                    break;
                case JsonTokenType.Null:
                    writer.WriteNil();
                    break;
                default:
                    break; // The ends of arrays and objects are not written.
            }
        }
    }

    private static void WriteText(in Utf8JsonReader reader, MessagePackWriter writer)
    {
        if (!reader.ValueIsEscaped && Utf8.IsValid(reader.ValueSpan))
        {
            writer.WriteString(reader.ValueSpan);
            return;
        }

        // The reader lets raw bytes in strings pass; what goes out from here is UTF-8 whatever they were.
        try
        {
            writer.WriteString(reader.ValueIsEscaped ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan));
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string holds half of a surrogate pair, which is no character.", exception);
        }
    }

    private static void WriteNumber(ReadOnlySpan<byte> number, MessagePackWriter writer)
    {
        // Negative zero is one in floats only.
        if (number.IndexOfAny(".eE"u8) < 0 && !number.SequenceEqual("-0"u8))
        {
            if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            {
                writer.WriteInteger(integer);
                return;
            }

            if (ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var large))
            {
                writer.WriteInteger(large);
                return;
            }
        }

        var nearest = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        writer.WriteFloat64(double.Clamp(nearest, double.MinValue, double.MaxValue));
    }
}
