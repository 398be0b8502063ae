using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Writes the callbacks that many clients get as invocations of the MessagePack protocol, with an argument that is equal to the one that
/// JSON clients get.
/// </summary>
internal sealed class MessagePackEncoding(MessagePackHubProtocol protocol) : CallbackEncoding
{
    // The callback's object around the payload, with room.
    private const int MaxDepth = JsonPayload.MaxDepth + 4;

    public override string Name => protocol.Name;

    protected override ReadOnlyMemory<byte> Invocation<T>(string target, T argument, Action<Utf8JsonWriter, T> writeArgument)
    {
        var json = MessageBuffer.Fill((argument, writeArgument), static (buffer, what) => buffer.WriteJson(what.argument, what.writeArgument));
        var transcoded = MessageBuffer.Fill(json, static (buffer, json) => JsonToMessagePack.Write(json.Span, buffer.Bytes, MaxDepth));
        return protocol.GetMessageBytes(new InvocationMessage(target, [new RawResult(new ReadOnlySequence<byte>(transcoded))]));
    }
}
