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

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) =>
        Invocation(Callbacks.Event, writer => EventJson.Write(writer, publication, matched, isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) =>
        Invocation(Callbacks.Presence, writer => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    private ReadOnlyMemory<byte> Invocation(string target, Action<Utf8JsonWriter> writeArgument)
    {
        var json = MessageBuffer.Fill(buffer => MessageBuffer.WriteJson(buffer, writeArgument));
        var argument = MessageBuffer.Fill(buffer => JsonToMessagePack.Write(json.Span, buffer, MaxDepth));
        return protocol.GetMessageBytes(new InvocationMessage(target, [new RawResult(new ReadOnlySequence<byte>(argument))]));
    }
}
