using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace RealtimeGateway.Channels;

/// <summary>
/// A message that server code sends to a channel and that is no publication, as it travels between nodes: encoded by its sender for
/// every wire format, so that what cannot be encoded is the sender's exception and nobody else's trouble.
/// </summary>
/// <param name="Message">The message.</param>
/// <param name="ExceptConnectionIds">Whom it spares.</param>
internal sealed record SentMessage(OutboundBytes Message, IReadOnlySet<string> ExceptConnectionIds)
{
    /// <summary>As bytes.</summary>
    public ReadOnlyMemory<byte> Write() =>
        JsonSerializer.SerializeToUtf8Bytes(new Body(Message.Bytes.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray()), [.. ExceptConnectionIds]));

    /// <summary>Reads them; false for bytes that are no such message.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SentMessage? message)
    {
        message = null;
        try
        {
            if (JsonSerializer.Deserialize<Body>(bytes.Span) is { Encoded: { } encoded, Except: { } except })
            {
                message = new SentMessage(
                    new OutboundBytes(encoded.ToDictionary(entry => entry.Key, entry => new ReadOnlyMemory<byte>(entry.Value))),
                    except.ToHashSet(StringComparer.Ordinal));
            }
        }
        catch (JsonException)
        {
            // Whoever sent it was no node.
        }

        return message is not null;
    }

    private sealed record Body(Dictionary<string, byte[]> Encoded, string[] Except);
}
