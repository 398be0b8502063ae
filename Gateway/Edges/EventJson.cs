using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges;

/// <summary>
/// A publication in the shape of <see cref="EventMessage"/>, as every wire has it, with the payload's bytes as they are published.
/// It is one line: a payload has no line ends, and texts have theirs escaped.
/// </summary>
internal static class EventJson
{
    public static void Write(Utf8JsonWriter writer, Publication publication, IReadOnlyList<string> matched, bool isReplayed)
    {
        writer.WriteStartObject();
        writer.WriteString("channel"u8, publication.Channel);
        writer.WriteString("event"u8, publication.Event);
        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(publication.Data.Span, skipInputValidation: true);
        writer.WriteString("id"u8, publication.Id);
        if (publication.Position is { } position)
        {
            writer.WriteString("epoch"u8, position.Epoch);
            writer.WriteNumber("offset"u8, position.Offset);
        }

        writer.WriteString("time"u8, publication.Time.UtcDateTime);
        if (publication.Sender is { } sender)
        {
            writer.WriteStartObject("sender"u8);
            writer.WriteString("userId"u8, sender.UserId);
            writer.WriteString("connectionId"u8, sender.ConnectionId);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("sender"u8);
        }

        if (publication.Channels is { } channels)
        {
            WriteNames(writer, "channels"u8, channels);
        }

        if (isReplayed)
        {
            writer.WriteBoolean("replayed"u8, true);
        }

        if (matched.Count > 0)
        {
            WriteNames(writer, "matched"u8, matched);
        }

        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, ReadOnlySpan<byte> property, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(property);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
