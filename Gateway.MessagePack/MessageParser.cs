using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// Reads one hub message. What is no message is an <see cref="InvalidDataException"/>; what is one, with arguments or a result that do not fit
/// what is asked for, is told as SignalR's JSON protocol tells it.
/// </summary>
internal sealed class MessageParser(JsonSerializerOptions json, JsonLimits limits)
{
    /// <summary>The message; null for one of a type that is not known.</summary>
    public HubMessage? Parse(ReadOnlySpan<byte> message, IInvocationBinder binder)
    {
        var reader = new MessagePackReader(message);
        var type = MessagePackEnvelope.ReadType(ref reader, out var items);
        var least = LeastItems(type);
        if (least is null)
        {
            return null;
        }

        if (items < least)
        {
            throw new InvalidDataException($"A message of type {type} has {least + 1} items or more.");
        }

        var parsed = Parse(type, ref reader, ref items, binder);
        for (; items > 0; items--)
        {
            reader.Skip(); // What a later version may add.
        }

        return reader.IsAtEnd ? parsed : throw new InvalidDataException("Something stands behind the message, within its length.");
    }

    // Behind the type.
    private static int? LeastItems(long type) => type switch
    {
        HubProtocolConstants.InvocationMessageType or HubProtocolConstants.StreamInvocationMessageType => 4,
        HubProtocolConstants.StreamItemMessageType or HubProtocolConstants.CompletionMessageType => 3,
        HubProtocolConstants.CancelInvocationMessageType => 2,
        HubProtocolConstants.PingMessageType => 0,
        HubProtocolConstants.CloseMessageType or HubProtocolConstants.AckMessageType or HubProtocolConstants.SequenceMessageType => 1,
        _ => null,
    };

    private HubMessage Parse(long type, ref MessagePackReader reader, ref int items, IInvocationBinder binder)
    {
        switch (type)
        {
            case HubProtocolConstants.PingMessageType:
                return PingMessage.Instance;
            case HubProtocolConstants.CloseMessageType:
                return ParseClose(ref reader, ref items);
            case HubProtocolConstants.AckMessageType:
                items--;
                return new AckMessage(reader.ReadInt64());
            case HubProtocolConstants.SequenceMessageType:
                items--;
                return new SequenceMessage(reader.ReadInt64());
        }

        var headers = MessagePackEnvelope.ReadHeaders(ref reader);
        var id = MessagePackEnvelope.ReadInvocationId(ref reader);
        items -= 2;
        HubMessage message = type switch
        {
            HubProtocolConstants.InvocationMessageType => ParseCall(id, isStream: false, ref reader, ref items, binder),
            HubProtocolConstants.StreamInvocationMessageType => ParseCall(Required(id), isStream: true, ref reader, ref items, binder),
            HubProtocolConstants.StreamItemMessageType => ParseStreamItem(Required(id), ref reader, ref items, binder),
            HubProtocolConstants.CompletionMessageType => ParseCompletion(Required(id), ref reader, ref items, binder),
            _ => new CancelInvocationMessage(Required(id)),
        };
        if (headers is not null && message is HubInvocationMessage invocation)
        {
            invocation.Headers = headers;
        }

        return message;
    }

    private static string Required(string? id) => id ?? throw new InvalidDataException("This message needs an invocation id.");

    private static CloseMessage ParseClose(ref MessagePackReader reader, ref int items)
    {
        items--;
        var error = reader.TryReadNil() ? null : MessagePackEnvelope.ReadText(ref reader);
        if (items == 0)
        {
            return new CloseMessage(error);
        }

        items--;
        return new CloseMessage(error, reader.ReadBoolean());
    }

    private HubMessage ParseCall(string? id, bool isStream, ref MessagePackReader reader, ref int items, IInvocationBinder binder)
    {
        var target = ReadTarget(ref reader, binder);
        var arguments = reader; // All of the message is looked at before anything in it is bound.
        if (reader.NextKind != MessagePackKind.Array)
        {
            throw new InvalidDataException("A call's arguments are an array.");
        }

        reader.Skip();
        items -= 2;
        var streamIds = items > 0 ? ReadStreamIds(ref reader) : null;
        items = Math.Max(items - 1, 0);
        try
        {
            var bound = BindArguments(ref arguments, binder.GetParameterTypes(target));
            return isStream ? new StreamInvocationMessage(id!, target, bound, streamIds) : new InvocationMessage(id, target, bound, streamIds);
        }
        catch (Exception exception)
        {
            // The method is not known, or the arguments do not fit it; whoever reads this answers it.
            return new InvocationBindingFailureMessage(id, target, ExceptionDispatchInfo.Capture(exception));
        }
    }

    private static string ReadTarget(ref MessagePackReader reader, IInvocationBinder binder)
    {
        var name = reader.ReadString();
        return binder.GetTarget(name) ?? Encoding.UTF8.GetString(name); // What is not UTF-8 is no method's name either.
    }

    private static string[]? ReadStreamIds(ref MessagePackReader reader)
    {
        var count = reader.TryReadNil() ? 0 : reader.ReadArrayHeader();
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = MessagePackEnvelope.ReadText(ref reader);
        }

        return count > 0 ? ids : null;
    }

    private object?[] BindArguments(ref MessagePackReader reader, IReadOnlyList<Type> types)
    {
        var count = reader.ReadArrayHeader();
        if (count != types.Count)
        {
            throw new InvalidDataException($"The call has {count} arguments, the method {types.Count}.");
        }

        var arguments = new object?[count];
        for (var i = 0; i < count; i++)
        {
            arguments[i] = Bind(ref reader, types[i]);
        }

        return arguments;
    }

    private HubMessage ParseStreamItem(string id, ref MessagePackReader reader, ref int items, IInvocationBinder binder)
    {
        var item = reader;
        reader.Skip();
        items--;
        try
        {
            return new StreamItemMessage(id, Bind(ref item, binder.GetStreamItemType(id)));
        }
        catch (Exception exception)
        {
            return new StreamBindingFailureMessage(id, ExceptionDispatchInfo.Capture(exception));
        }
    }

    private CompletionMessage ParseCompletion(string id, ref MessagePackReader reader, ref int items, IInvocationBinder binder)
    {
        var kind = (CompletionKind)reader.ReadInt64();
        items--;
        if (kind == CompletionKind.Void)
        {
            return CompletionMessage.Empty(id);
        }

        if (items-- == 0)
        {
            throw new InvalidDataException($"A completion of kind {kind:D} has 5 items or more.");
        }

        switch (kind)
        {
            case CompletionKind.Error:
                return CompletionMessage.WithError(id, reader.TryReadNil() ? null : MessagePackEnvelope.ReadText(ref reader));
            case CompletionKind.Result:
                var result = reader;
                reader.Skip();
                return ParseResult(id, ref result, binder);
            default:
                throw new InvalidDataException("A completion's kind is 1, 2 or 3.");
        }
    }

    private CompletionMessage ParseResult(string id, ref MessagePackReader reader, IInvocationBinder binder)
    {
        if (FindReturnType(id, binder) is not { } type)
        {
            return CompletionMessage.WithResult(id, null); // Nobody waits for it.
        }

        try
        {
            return CompletionMessage.WithResult(id, Bind(ref reader, type));
        }
        catch (Exception exception)
        {
            return CompletionMessage.WithError(id, $"Error trying to deserialize result to {type.Name}. {exception.Message}");
        }
    }

    private static Type? FindReturnType(string id, IInvocationBinder binder)
    {
        try
        {
            return binder.GetReturnType(id);
        }
        catch (Exception)
        {
            // It says only that it knows none.
            return null;
        }
    }

    private object? Bind(ref MessagePackReader reader, Type type)
    {
        if (type == typeof(RawResult))
        {
            return new RawResult(new ReadOnlySequence<byte>(reader.ReadRaw().ToArray()));
        }

        var text = new ArrayBufferWriter<byte>();
        MessagePackToJson.Write(ref reader, text, limits);
        return JsonSerializer.Deserialize(text.WrittenSpan, type, json);
    }
}
