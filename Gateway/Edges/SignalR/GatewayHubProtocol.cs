using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// A protocol of SignalR, with the gateway's errors: a call fails with <c>code: sentence</c> and nothing around it, whether a
/// hub method returned an <see cref="Error"/>, or SignalR itself refused an unknown method or bad arguments.
/// </summary>
/// <param name="protocol">How messages are read and written.</param>
internal sealed class GatewayHubProtocol(IHubProtocol protocol) : IHubProtocol
{
    private static readonly Error NoStreams = new(ErrorCodes.InvalidRequest, "No method takes a stream; leave streamIds out.");

    private static readonly Error AnswersOnce = new(ErrorCodes.InvalidRequest, "This method answers once; invoke it, do not stream it.");

    public string Name => protocol.Name;

    public int Version => protocol.Version;

    public TransferFormat TransferFormat => protocol.TransferFormat;

    public bool IsVersionSupported(int version) => protocol.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var unread = input.Length;
        if (!protocol.TryParseMessage(ref input, binder, out message))
        {
            // A message of an unknown type was read and is ignored. SignalR would take that for a message that has not ended,
            // and wait for its rest without reading what follows; that nothing is to be cancelled is what it goes on from.
            message = input.Length < unread ? new CancelInvocationMessage(string.Empty) : null;
            return message is not null;
        }

        message = message switch
        {
            InvocationBindingFailureMessage failure => Refuse(failure.InvocationId, failure.Target, ToError(failure)),
            HubMethodInvocationMessage { StreamIds.Length: > 0 } call => Refuse(call.InvocationId, call.Target, NoStreams),
            StreamInvocationMessage call => Refuse(call.InvocationId, call.Target, AnswersOnce),
            _ => message,
        };
        return true;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => protocol.WriteMessage(Translate(message), output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => protocol.GetMessageBytes(Translate(message));

    /// <summary>A call in the shape by which SignalR answers it with this error, and does nothing else.</summary>
    public static InvocationBindingFailureMessage Refuse(string? invocationId, string target, Error error) =>
        new(invocationId, target, ExceptionDispatchInfo.Capture(new HubException(HubErrorText.Wrap(error))));

    private static HubMessage Translate(HubMessage message) => message switch
    {
        CompletionMessage { Result: Error refusal } completion => CompletionMessage.WithError(completion.InvocationId!, refusal.ToString()),
        CompletionMessage { Error: { } error } completion => CompletionMessage.WithError(completion.InvocationId!, HubErrorText.Unwrap(error)),
        _ => message,
    };

    private static Error ToError(InvocationBindingFailureMessage failure)
    {
        if (HubMethods.FindUsage(failure.Target) is not { } usage)
        {
            var name = Printable.IsWord(failure.Target, maxLength: 64) ? $"'{failure.Target}'" : "of this name";
            return new Error(ErrorCodes.InvalidRequest, $"There is no method {name}.");
        }

        var exception = failure.BindingFailure.SourceException;
        if (exception is NotJsonException none)
        {
            return new Error(none.IsTooLarge ? ErrorCodes.PayloadTooLarge : ErrorCodes.InvalidRequest, none.Message);
        }

        // SignalR's JSON protocol wraps what a converter throws.
        var shape = exception as ShapeException ?? exception.InnerException as ShapeException;
        return new Error(ErrorCodes.InvalidRequest, shape?.Message ?? $"The arguments do not fit {usage}.");
    }
}
