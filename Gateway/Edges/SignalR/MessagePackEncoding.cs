using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Writes the callbacks that many clients get as invocations of the MessagePack protocol, with an argument that is equal to the one that
/// JSON clients get.
/// </summary>
internal sealed class MessagePackEncoding(MessagePackHubProtocol protocol) : IEncoding
{
    // The callback's object around the payload, with room.
    private const int MaxDepth = JsonPayload.MaxDepth + 4;

    public string Name => protocol.Name;

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) => Invocation(
        Callbacks.Event,
        (publication, matched, isReplayed),
        static (writer, e) => EventJson.Write(writer, e.publication, e.matched, e.isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) => Invocation(
        Callbacks.Presence,
        message,
        static (writer, message) => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    private ReadOnlyMemory<byte> Invocation<T>(string target, T argument, Action<Utf8JsonWriter, T> writeArgument)
    {
        var json = MessageBuffer.Fill((argument, writeArgument), static (buffer, what) => buffer.WriteJson(what.argument, what.writeArgument));
        var transcoded = MessageBuffer.Fill(json, static (buffer, json) => JsonToMessagePack.Write(json.Span, buffer.Bytes, MaxDepth));
        return protocol.GetMessageBytes(new InvocationMessage(target, [new RawResult(new ReadOnlySequence<byte>(transcoded))]));
    }
}
