using System.Text;
using System.Text.Unicode;

namespace RealtimeGateway.MessagePack;

/// <summary>The beginning of a hub message, before what it carries: its type, and which call it belongs to.</summary>
internal static class MessagePackEnvelope
{
    /// <summary>Reads the header of the message's array, and its type.</summary>
    /// <param name="reader">At the beginning of the message.</param>
    /// <param name="items">How many items of the message follow.</param>
    public static long ReadType(ref MessagePackReader reader, out int items)
    {
        items = reader.ReadArrayHeader() - 1;
        return items >= 0 ? reader.ReadInt64() : throw new InvalidDataException("A message is an array that begins with its type.");
    }

    /// <summary>Reads the headers; null for none.</summary>
    public static Dictionary<string, string>? ReadHeaders(ref MessagePackReader reader)
    {
        Dictionary<string, string>? headers = null;
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            var key = ReadText(ref reader);
            var value = ReadText(ref reader);
            if (key.Length == 0 || value.Length == 0)
            {
                throw new InvalidDataException("A header has a name and a value.");
            }

            headers ??= new Dictionary<string, string>(StringComparer.Ordinal);
            headers[key] = value;
        }

        return headers;
    }

    /// <summary>Reads an invocation id; null for nil and for an empty one.</summary>
    public static string? ReadInvocationId(ref MessagePackReader reader) =>
        !reader.TryReadNil() && ReadText(ref reader) is { Length: > 0 } id ? id : null;

    /// <summary>Reads a string.</summary>
    public static string ReadText(ref MessagePackReader reader)
    {
        var text = reader.ReadString();
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw new InvalidDataException("A string is not valid UTF-8.");
    }
}
