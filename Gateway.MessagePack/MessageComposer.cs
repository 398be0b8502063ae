using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.MessagePack;

/// <summary>Writes one hub message. Arguments and results are what they are as JSON; a <see cref="RawResult"/> is MessagePack already.</summary>
internal sealed class MessageComposer(JsonSerializerOptions json, int maxDepth)
{
    /// <summary>Writes a message, without its length.</summary>
    public void Compose(HubMessage message, IBufferWriter<byte> output)
    {
        var writer = new MessagePackWriter(output);
        switch (message)
        {
            case InvocationMessage call:
                BeginInvocation(HubProtocolConstants.InvocationMessageType, call, items: 6, writer);
                WriteCall(call, writer, output);
                break;
            case StreamInvocationMessage call:
                BeginInvocation(HubProtocolConstants.StreamInvocationMessageType, call, items: 6, writer);
                WriteCall(call, writer, output);
                break;
            case StreamItemMessage item:
                BeginInvocation(HubProtocolConstants.StreamItemMessageType, item, items: 4, writer);
                WriteValue(item.Item, writer, output);
                break;
            case CompletionMessage completion:
                WriteCompletion(completion, writer, output);
                break;
            case CancelInvocationMessage cancel:
                BeginInvocation(HubProtocolConstants.CancelInvocationMessageType, cancel, items: 3, writer);
                break;
            case PingMessage:
                Begin(HubProtocolConstants.PingMessageType, items: 1, writer);
                break;
            case CloseMessage close:
                Begin(HubProtocolConstants.CloseMessageType, items: 3, writer);
                writer.WriteStringOrNil(close.Error);
                writer.WriteBoolean(close.AllowReconnect);
                break;
            case AckMessage ack:
                Begin(HubProtocolConstants.AckMessageType, items: 2, writer);
                writer.WriteInteger(ack.SequenceId);
                break;
            case SequenceMessage sequence:
                Begin(HubProtocolConstants.SequenceMessageType, items: 2, writer);
                writer.WriteInteger(sequence.SequenceId);
                break;
            default:
                throw new InvalidDataException($"A {message.GetType().Name} is nothing that is sent.");
        }
    }

    private static void Begin(int type, int items, MessagePackWriter writer)
    {
        writer.WriteArrayHeader(items);
        writer.WriteInteger(type);
    }

    private static void BeginInvocation(int type, HubInvocationMessage message, int items, MessagePackWriter writer)
    {
        Begin(type, items, writer);
        writer.WriteMapHeader(message.Headers?.Count ?? 0);
        foreach (var (key, value) in message.Headers ?? new Dictionary<string, string>())
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }

        writer.WriteStringOrNil(string.IsNullOrEmpty(message.InvocationId) ? null : message.InvocationId);
    }

    private void WriteCall(HubMethodInvocationMessage call, MessagePackWriter writer, IBufferWriter<byte> output)
    {
        writer.WriteString(call.Target);
        writer.WriteArrayHeader(call.Arguments.Length);
        foreach (var argument in call.Arguments)
        {
            WriteValue(argument, writer, output);
        }

        writer.WriteArrayHeader(call.StreamIds?.Length ?? 0);
        foreach (var id in call.StreamIds ?? [])
        {
            writer.WriteString(id);
        }
    }

    private void WriteCompletion(CompletionMessage completion, MessagePackWriter writer, IBufferWriter<byte> output)
    {
        var kind = completion.Error is not null ? CompletionKind.Error : completion.HasResult ? CompletionKind.Result : CompletionKind.Void;
        BeginInvocation(HubProtocolConstants.CompletionMessageType, completion, kind == CompletionKind.Void ? 4 : 5, writer);
        writer.WriteInteger((long)kind);
        switch (kind)
        {
            case CompletionKind.Error:
                writer.WriteString(completion.Error!);
                break;
            case CompletionKind.Result:
                WriteValue(completion.Result, writer, output);
                break;
        }
    }

    private void WriteValue(object? value, MessagePackWriter writer, IBufferWriter<byte> output)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case RawResult raw:
                writer.WriteRaw(raw.RawSerializedData);
                break;
            default:
                JsonToMessagePack.Write(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), json), output, maxDepth);
                break;
        }
    }
}
