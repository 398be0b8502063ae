using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// Writes a MessagePack value as JSON. Integers keep their digits, floats are written so that they are read as the same float, bytes become
/// a string in Base64; keys stay in their order, doubled ones too.
/// </summary>
internal static class MessagePackToJson
{
    private const int MaxNumberLength = 32;

    /// <summary>Writes the reader's next value.</summary>
    /// <exception cref="InvalidDataException">It is no MessagePack.</exception>
    /// <exception cref="NotJsonException">JSON has no form for it, or it is beyond the limits.</exception>
    public static void Write(ref MessagePackReader reader, IBufferWriter<byte> output, JsonLimits limits)
    {
        // A stack of its own: how deep a stranger nests is nothing to the thread's.
        Span<Container> open = stackalloc Container[limits.MaxDepth];
        var depth = 0;
        var json = new JsonText(output, limits.MaxBytes);
        while (true)
        {
            if (reader.NextKind is MessagePackKind.Array or MessagePackKind.Map)
            {
                if (depth == limits.MaxDepth)
                {
                    throw new NotJsonException($"A value nests deeper than {limits.MaxDepth}.");
                }

                open[depth++] = Begin(ref reader, json);
            }
            else
            {
                WriteScalar(ref reader, json);
            }

            while (depth > 0 && open[depth - 1].Left == 0)
            {
                json.Write(open[--depth].IsMap ? "}"u8 : "]"u8);
            }

            if (depth == 0)
            {
                return;
            }

            Continue(ref open[depth - 1], ref reader, json);
        }
    }

    private static Container Begin(ref MessagePackReader reader, JsonText json)
    {
        var isMap = reader.NextKind == MessagePackKind.Map;
        json.Write(isMap ? "{"u8 : "["u8);
        return new Container { IsMap = isMap, IsFirst = true, Left = isMap ? reader.ReadMapHeader() : reader.ReadArrayHeader() };
    }

    // Up to where the next value stands.
    private static void Continue(ref Container container, ref MessagePackReader reader, JsonText json)
    {
        if (!container.IsFirst)
        {
            json.Write(","u8);
        }

        if (container.IsMap)
        {
            if (reader.NextKind != MessagePackKind.String)
            {
                throw new NotJsonException("A map's key that is no string has no form in JSON; send strings for keys.");
            }

            json.WriteString(ReadText(ref reader));
            json.Write(":"u8);
        }

        container.IsFirst = false;
        container.Left--;
    }

    private static void WriteScalar(ref MessagePackReader reader, JsonText json)
    {
        switch (reader.NextKind)
        {
            case MessagePackKind.Nil:
                reader.TryReadNil();
                json.Write("null"u8);
                break;
            case MessagePackKind.Boolean:
                json.Write(reader.ReadBoolean() ? "true"u8 : "false"u8);
                break;
            case MessagePackKind.Unsigned:
                WriteInteger(reader.ReadUInt64(), json);
                break;
            case MessagePackKind.Signed:
                WriteInteger(reader.ReadInt64(), json);
                break;
            case MessagePackKind.Float32:
                WriteFloat(reader.ReadFloat32(), json);
                break;
            case MessagePackKind.Float64:
                WriteFloat(reader.ReadFloat64(), json);
                break;
            case MessagePackKind.String:
                json.WriteString(ReadText(ref reader));
                break;
            case MessagePackKind.Binary:
                json.WriteBase64(reader.ReadBinary());
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

    private static void WriteInteger<T>(T value, JsonText json)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[MaxNumberLength];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        json.Write(text[..length]);
    }

    // A whole float has a point, so that it is one still for whoever reads the JSON into MessagePack again.
    private static void WriteFloat(double value, JsonText json)
    {
        if (!double.IsFinite(value))
        {
            throw new NotJsonException("NaN and infinities have no form in JSON; send null or a string.");
        }

        Span<byte> text = stackalloc byte[MaxNumberLength];
        value.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        json.Write(text[..length]);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            json.Write(".0"u8);
        }
    }

    private struct Container
    {
        public bool IsMap;
        public bool IsFirst;
        public int Left;
    }
}
