using System.Buffers;
using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.Sse;

/// <summary>
/// Writes the hub's callbacks as server-sent events: the callback's name, and its object on one line. A publication is left open,
/// for each client ends it with an id of its own; everything else is whole.
/// </summary>
internal sealed class SseEncoding : IEncoding
{
    /// <summary>What ends an event.</summary>
    public static readonly ReadOnlyMemory<byte> End = "\n"u8.ToArray();

    /// <summary>A comment, which no client hears of; that it comes shows that the connection is there.</summary>
    public static readonly ReadOnlyMemory<byte> Heartbeat = ":\n\n"u8.ToArray();

    public string Name => "sse";

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) => Open(
        "event",
        (publication, matched, isReplayed),
        static (writer, e) => EventJson.Write(writer, e.publication, e.matched, e.isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) =>
        MessageBuffer.Fill(message, static (buffer, message) =>
        {
            Write(buffer, "presence", message, WriteObject);
            buffer.Bytes.Write(End.Span);
        });

    /// <summary>What became of a subscribed channel; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(SubscriptionMessage message) => Open("subscription", message, WriteObject);

    /// <summary>The answer to what the stream was asked for; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(SubscribeResult result) => Open("subscribed", result, WriteObject);

    /// <summary>Why the stream ends; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(Error reason) => Open("closed", reason, static (writer, reason) =>
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, reason.Code);
        writer.WriteString("message"u8, reason.Message);
        if (reason.RetryAfter is { } seconds)
        {
            writer.WriteNumber("retryAfter"u8, seconds);
        }

        writer.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Open<T>(string name, T data, Action<Utf8JsonWriter, T> writeData) => MessageBuffer.Fill(
        (name, data, writeData),
        static (buffer, what) => Write(buffer, what.name, what.data, what.writeData));

    private static void Write<T>(MessageBuffer buffer, string name, T data, Action<Utf8JsonWriter, T> writeData)
    {
        buffer.Bytes.Write("event: "u8);
        buffer.Bytes.Write(System.Text.Encoding.ASCII.GetBytes(name));
        buffer.Bytes.Write("\ndata: "u8);
        buffer.WriteJson(data, writeData);
        buffer.Bytes.Write("\n"u8);
    }

    private static void WriteObject<T>(Utf8JsonWriter writer, T what) => JsonSerializer.Serialize(writer, what, JsonSerializerOptions.Web);
}
