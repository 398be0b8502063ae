using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>
/// What may be published. What passes here can be handed to every client as it is: a payload that breaks a recipient is
/// refused to its sender, before anybody else has seen it.
/// </summary>
internal sealed class DraftRules(int maxBytes, int maxChannels, int maxTotalBytes)
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 32;

    private const int MaxEventLength = 255;
    private const int MaxIdLength = 64;

    /// <summary>The payload as valid JSON in valid UTF-8 on one line, or why it is refused.</summary>
    public Result<ReadOnlyMemory<byte>> Check(Draft draft)
    {
        if (draft.Channels.Count == 0 || draft.Channels.Count > maxChannels)
        {
            var code = draft.Channels.Count == 0 ? ErrorCodes.InvalidRequest : ErrorCodes.LimitExceeded;
            return new Error(code, $"A publish names 1 to {maxChannels} channels.");
        }

        if (!Printable.IsWord(draft.Event, MaxEventLength) || draft.Event.Contains('*', StringComparison.Ordinal))
        {
            return new Error(ErrorCodes.InvalidRequest, $"An event's name is 1 to {MaxEventLength} printable ASCII characters without spaces and '*'.");
        }

        if (draft.Sender is not null && draft.Event.StartsWith("user:", StringComparison.Ordinal))
        {
            return new Error(ErrorCodes.PermissionDenied, "Events that begin with 'user:' come from servers only.");
        }

        if (draft.Id is not null && !Printable.IsWord(draft.Id, MaxIdLength))
        {
            return new Error(ErrorCodes.InvalidRequest, $"An id is 1 to {MaxIdLength} printable ASCII characters without spaces.");
        }

        return CheckData(draft.Data).IsRefused(out var refusal, out var data) ? refusal
            : CheckTotal(draft, data.Length) is { } tooMuch ? tooMuch
            : data;
    }

    // One reader may be in all of these channels. What a single call puts into his queue must leave him room to keep up, or
    // one publisher could have another client closed as slow.
    private Error? CheckTotal(Draft draft, int dataBytes)
    {
        var copies = draft.Channels.Count;
        var total = copies == 1 ? 0 : (long)copies * (dataBytes + draft.Channels.Sum(channel => channel.Length));
        return total > maxTotalBytes
            ? new Error(ErrorCodes.PayloadTooLarge, $"The copies for {copies} channels have {total} bytes; {maxTotalBytes} are the most. Publish to fewer at once.")
            : null;
    }

    private Result<ReadOnlyMemory<byte>> CheckData(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Undefined)
        {
            return new ReadOnlyMemory<byte>([.. "null"u8]);
        }

        var raw = JsonMarshal.GetRawUtf8Value(data);
        if (raw.Length > maxBytes)
        {
            return new Error(ErrorCodes.PayloadTooLarge, $"The data has {raw.Length} bytes; {maxBytes} are the most.");
        }

        // The reader lets raw bytes in strings pass; a browser that got them would have to close its connection (RFC 6455, 8.1).
        if (!Utf8.IsValid(raw))
        {
            return new Error(ErrorCodes.InvalidRequest, "The data is not valid UTF-8.");
        }

        if (HasHalfCharacter(raw))
        {
            return new Error(ErrorCodes.InvalidRequest, "The data holds half of a surrogate pair, which is no character.");
        }

        return IsTooDeep(raw)
            ? new Error(ErrorCodes.InvalidRequest, $"The data nests deeper than {MaxDepth}.")
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
