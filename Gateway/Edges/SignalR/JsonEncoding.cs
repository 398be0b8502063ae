using System.Buffers;
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
    public string Name => "json";

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) =>
        Invocation(Callbacks.Event, writer => EventJson.Write(writer, publication, matched, isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) =>
        Invocation(Callbacks.Presence, writer => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    private static ReadOnlyMemory<byte> Invocation(string target, Action<Utf8JsonWriter> writeArgument) => MessageBuffer.Fill(buffer =>
    {
        MessageBuffer.WriteJson(buffer, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("type"u8, 1);
            writer.WriteString("target"u8, target);
            writer.WriteStartArray("arguments"u8);
            writeArgument(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        buffer.Write([JsonFraming.RecordSeparator]);
    });
}
