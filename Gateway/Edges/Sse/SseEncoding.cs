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

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) =>
        Open("event", writer => EventJson.Write(writer, publication, matched, isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) =>
        MessageBuffer.Fill(buffer =>
        {
            Write(buffer, "presence", writer => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));
            buffer.Write(End.Span);
        });

    /// <summary>What became of a subscribed channel; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(SubscriptionMessage message) =>
        Open("subscription", writer => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    /// <summary>The answer to what the stream was asked for; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(SubscribeResult result) =>
        Open("subscribed", writer => JsonSerializer.Serialize(writer, result, JsonSerializerOptions.Web));

    /// <summary>Why the stream ends; to be ended.</summary>
    public static ReadOnlyMemory<byte> Open(Error reason) => Open("closed", writer =>
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

    private static ReadOnlyMemory<byte> Open(string name, Action<Utf8JsonWriter> writeData) =>
        MessageBuffer.Fill(buffer => Write(buffer, name, writeData));

    private static void Write(IBufferWriter<byte> buffer, string name, Action<Utf8JsonWriter> writeData)
    {
        buffer.Write("event: "u8);
        buffer.Write(System.Text.Encoding.ASCII.GetBytes(name));
        buffer.Write("\ndata: "u8);
        MessageBuffer.WriteJson(buffer, writeData);
        buffer.Write("\n"u8);
    }
}
