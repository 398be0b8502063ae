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

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) => Invocation(
        Callbacks.Event,
        (publication, matched, isReplayed),
        static (writer, e) => EventJson.Write(writer, e.publication, e.matched, e.isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) => Invocation(
        Callbacks.Presence,
        message,
        static (writer, message) => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    private static ReadOnlyMemory<byte> Invocation<T>(string target, T argument, Action<Utf8JsonWriter, T> writeArgument) =>
        MessageBuffer.Fill((target, argument, writeArgument), static (buffer, invocation) =>
        {
            buffer.WriteJson(invocation, static (writer, invocation) =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("type"u8, 1);
                writer.WriteString("target"u8, invocation.target);
                writer.WriteStartArray("arguments"u8);
                invocation.writeArgument(writer, invocation.argument);
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
            buffer.Bytes.Write([JsonFraming.RecordSeparator]);
        });
}
