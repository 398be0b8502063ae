using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// Writes a MessagePack value as JSON. Integers keep their digits, floats are written so that they are read as the same float, bytes become
/// a string in Base64; keys stay in their order, doubled ones too.
/// </summary>
internal static class MessagePackToJson
{
    private const int MaxFloatLength = 32;

    /// <summary>Writes the reader's next value.</summary>
    /// <exception cref="InvalidDataException">It is no MessagePack.</exception>
    /// <exception cref="NotJsonException">JSON has no form for it, or it is beyond the limits.</exception>
    public static void Write(ref MessagePackReader reader, Utf8JsonWriter writer, JsonLimits limits)
    {
        // A stack of its own: how deep a stranger nests is nothing to the thread's.
        Span<Container> open = stackalloc Container[limits.MaxDepth];
        var depth = 0;
        while (true)
        {
            if (reader.NextKind is MessagePackKind.Array or MessagePackKind.Map)
            {
                if (depth == limits.MaxDepth)
                {
                    throw new NotJsonException($"A value nests deeper than {limits.MaxDepth}.");
                }

                open[depth++] = Begin(ref reader, writer);
            }
            else
            {
                WriteScalar(ref reader, writer);
            }

            while (depth > 0 && open[depth - 1].Left == 0)
            {
                End(open[--depth], writer);
            }

            if (writer.BytesCommitted + writer.BytesPending > limits.MaxBytes)
            {
                throw new NotJsonException($"As JSON a value has {limits.MaxBytes} bytes at most.", isTooLarge: true);
            }

            if (depth == 0)
            {
                return;
            }

            open[depth - 1].Left--;
            if (open[depth - 1].IsMap)
            {
                WriteKey(ref reader, writer);
            }
        }
    }

    private static Container Begin(ref MessagePackReader reader, Utf8JsonWriter writer)
    {
        if (reader.NextKind == MessagePackKind.Map)
        {
            writer.WriteStartObject();
            return new Container { IsMap = true, Left = reader.ReadMapHeader() };
        }

        writer.WriteStartArray();
        return new Container { Left = reader.ReadArrayHeader() };
    }

    private static void End(in Container container, Utf8JsonWriter writer)
    {
        if (container.IsMap)
        {
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteKey(ref MessagePackReader reader, Utf8JsonWriter writer)
    {
        if (reader.NextKind != MessagePackKind.String)
        {
            throw new NotJsonException("A map's key that is no string has no form in JSON; send strings for keys.");
        }

        writer.WritePropertyName(ReadText(ref reader));
    }

    private static void WriteScalar(ref MessagePackReader reader, Utf8JsonWriter writer)
    {
        switch (reader.NextKind)
        {
            case MessagePackKind.Nil:
                reader.TryReadNil();
                writer.WriteNullValue();
                break;
            case MessagePackKind.Boolean:
                writer.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackKind.Unsigned:
                writer.WriteNumberValue(reader.ReadUInt64());
                break;
            case MessagePackKind.Signed:
                writer.WriteNumberValue(reader.ReadInt64());
                break;
            case MessagePackKind.Float32:
                WriteFloat(reader.ReadFloat32(), writer);
                break;
            case MessagePackKind.Float64:
                WriteFloat(reader.ReadFloat64(), writer);
                break;
            case MessagePackKind.String:
                writer.WriteStringValue(ReadText(ref reader));
                break;
            case MessagePackKind.Binary:
                writer.WriteBase64StringValue(reader.ReadBinary());
                break;
            case MessagePackKind.Extension:
                throw new NotJsonException("A MessagePack timestamp, or another extension type, has no form in JSON; send a string.");
            default:
                reader.Skip(); // It throws.
                break;
        }
    }

    private static ReadOnlySpan<byte> ReadText(ref MessagePackReader reader)
    {
        var text = reader.ReadString();
        return Utf8.IsValid(text) ? text : throw new NotJsonException("A string is not valid UTF-8; send bytes as bin.");
    }

    // A whole float has a point, so that it is one still for whoever reads the JSON into MessagePack again.
    private static void WriteFloat(double value, Utf8JsonWriter writer)
    {
        if (!double.IsFinite(value))
        {
            throw new NotJsonException("NaN and infinities have no form in JSON; send null or a string.");
        }

        Span<byte> text = stackalloc byte[MaxFloatLength];
        value.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            text[length++] = (byte)'.';
            text[length++] = (byte)'0';
        }

        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }

    private struct Container
    {
        public bool IsMap;
        public int Left;
    }
}
