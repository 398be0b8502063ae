using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Writes the callbacks that many clients get as invocations of the JSON protocol: <c>event</c> in the shape of
/// <see cref="EventMessage"/>, with the payload's bytes as they are published, and <c>presence</c>.
/// </summary>
internal sealed class JsonEncoding : IEncoding
{
    private const byte RecordSeparator = 0x1E;

    private const int InitialBytes = 4 * 1024;
    private const int LargestKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) =>
        Invocation(Callbacks.Event, writer => WriteEvent(writer, publication, matched, isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) =>
        Invocation(Callbacks.Presence, writer => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    // The copy has no more bytes than the message: it may have to wait for many slow clients.
    private static ReadOnlyMemory<byte> Invocation(string target, Action<Utf8JsonWriter> writeArgument)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(InitialBytes);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("type"u8, 1);
            writer.WriteString("target"u8, target);
            writer.WriteStartArray("arguments"u8);
            writeArgument(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        buffer.Write([RecordSeparator]);
        var message = buffer.WrittenSpan.ToArray();
        buffer.ResetWrittenCount();
        t_buffer = buffer.Capacity > LargestKeptBytes ? null : buffer;
        return message;
    }

    private static void WriteEvent(Utf8JsonWriter writer, Publication publication, IReadOnlyList<string> matched, bool isReplayed)
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
