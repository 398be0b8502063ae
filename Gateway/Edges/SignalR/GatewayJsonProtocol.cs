using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// SignalR's JSON protocol, with the gateway's errors: a call fails with <c>code: sentence</c> and nothing around it, whether a
/// hub method returned an <see cref="Error"/>, or SignalR itself refused an unknown method or bad arguments.
/// </summary>
internal sealed class GatewayJsonProtocol : IHubProtocol
{
    private readonly JsonHubProtocol _json = new();

    public string Name => _json.Name;

    public int Version => _json.Version;

    public TransferFormat TransferFormat => _json.TransferFormat;

    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!_json.TryParseMessage(ref input, binder, out message))
        {
            return false;
        }

        if (message is InvocationBindingFailureMessage failure)
        {
            var refusal = new HubException(HubErrorText.Wrap(ToError(failure)));
            message = new InvocationBindingFailureMessage(failure.InvocationId, failure.Target, ExceptionDispatchInfo.Capture(refusal));
        }

        return true;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _json.WriteMessage(Translate(message), output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _json.GetMessageBytes(Translate(message));

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
            var name = DraftRules.IsToken(failure.Target, maxLength: 64) ? $"'{failure.Target}'" : "of this name";
            return new Error(ErrorCodes.InvalidRequest, $"There is no method {name}.");
        }

        // SignalR wraps what a converter throws.
        var exception = failure.BindingFailure.SourceException;
        var shape = exception as ShapeException ?? exception.InnerException as ShapeException;
        return new Error(ErrorCodes.InvalidRequest, shape?.Message ?? $"The arguments do not fit {usage}.");
    }
}
