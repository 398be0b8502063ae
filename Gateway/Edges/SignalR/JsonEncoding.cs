using System.Buffers;
using System.Text.Json;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Callbacks in SignalR's JSON protocol.</summary>
internal sealed class JsonEncoding : CallbackEncoding
{
    public override string Name => "json";

    protected override ReadOnlyMemory<byte> Invocation<T>(string target, T argument, Action<Utf8JsonWriter, T> writeArgument) =>
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
