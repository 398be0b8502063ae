using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>
/// JSON that one client wrote and others read. What passes here is valid JSON in valid UTF-8 on one line: it can be handed to
/// anybody as it is, over every wire.
/// </summary>
internal static class JsonPayload
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 32;

    /// <summary>The payload on one line, or why it is refused.</summary>
    /// <param name="what">What an error calls it.</param>
    /// <param name="data">The payload; undefined stands for null.</param>
    /// <param name="maxBytes">Bytes at most.</param>
    public static Result<ReadOnlyMemory<byte>> Check(string what, JsonElement data, int maxBytes)
    {
        if (data.ValueKind == JsonValueKind.Undefined)
        {
            return new ReadOnlyMemory<byte>([.. "null"u8]);
        }

        var raw = JsonMarshal.GetRawUtf8Value(data);
        if (raw.Length > maxBytes)
        {
            return new Error(ErrorCodes.PayloadTooLarge, $"The {what} has {raw.Length} bytes; {maxBytes} are the most.");
        }

        // The reader lets raw bytes in strings pass; a browser that got them would have to close its connection (RFC 6455, 8.1).
        if (!Utf8.IsValid(raw))
        {
            return new Error(ErrorCodes.InvalidRequest, $"The {what} is not valid UTF-8.");
        }

        if (HasHalfCharacter(raw))
        {
            return new Error(ErrorCodes.InvalidRequest, $"The {what} holds half of a surrogate pair, which is no character.");
        }

        if (HasPrototype(raw))
        {
            return new Error(ErrorCodes.InvalidRequest, $"The {what} has a property '__proto__', for which JavaScript's MessagePack clients end their connection.");
        }

        return IsTooDeep(raw)
            ? new Error(ErrorCodes.InvalidRequest, $"The {what} nests deeper than {MaxDepth}.")
            : OnOneLine(raw);
    }

    // Between tokens, the only place where JSON has them, line ends mean nothing; in an event stream (SSE) they end a field.
    private static ReadOnlyMemory<byte> OnOneLine(ReadOnlySpan<byte> json)
    {
        var line = json.ToArray();
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        return line;
    }

    // Escaped, a lone surrogate is valid JSON (RFC 8259, 8.2), but strict readers refuse the whole message for it.
    private static bool HasHalfCharacter(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsWholeText(in reader))
            {
                return true;
            }
        }

        return false;
    }

    // The decoder of SignalR's MessagePack client for JavaScript throws for this name, and the client closes its connection for that.
    private static bool HasPrototype(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("__proto__"u8) < 0 && json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("__proto__"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWholeText(in Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        if (json.Count((byte)'{') + json.Count((byte)'[') <= MaxDepth)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            // An opening bracket is told with the depth around it.
            if (reader.CurrentDepth >= MaxDepth && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                return true;
            }
        }

        return false;
    }
}
