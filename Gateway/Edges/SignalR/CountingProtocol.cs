using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The hub protocol of one connection: it counts what reaches no method of the hub, unknown or malformed. Calls that reach one
/// are counted by what they do; pings, answers to the server's own calls, and the end are free. It also tells which calls wait for
/// their answers, and says why a connection is closed whose messages cannot be read.
/// </summary>
internal sealed class CountingProtocol(GatewayHubProtocol protocol, SignalRConnection connection) : IHubProtocol
{
    private Error? _malformed;

    public string Name => protocol.Name;

    public int Version => protocol.Version;

    public TransferFormat TransferFormat => protocol.TransferFormat;

    public bool IsVersionSupported(int version) => protocol.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!TryParse(ref input, binder, out message))
        {
            return false;
        }

        if (message is HubMethodInvocationMessage { InvocationId: not null } or InvocationBindingFailureMessage { InvocationId: not null })
        {
            connection.OnAsked();
        }

        if (message is InvocationMessage or PingMessage or CompletionMessage or CloseMessage)
        {
            return true;
        }

        // Only a call can be answered; whoever sends other things too often is closed for it in the end.
        if (connection.Session.Charge(Operation.Request) is { } refusal && message is InvocationBindingFailureMessage failure)
        {
            message = GatewayHubProtocol.Refuse(failure.InvocationId, failure.Target, refusal);
        }

        if (message is InvocationBindingFailureMessage refused)
        {
            connection.CountRefusal(HubErrorText.CodeOf(refused.BindingFailure.SourceException.Message));
        }

        return true;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        protocol.WriteMessage(Explain(message), output);
        if (message is CompletionMessage)
        {
            connection.OnAnswered();
        }
        else if (message is CloseMessage)
        {
            connection.OnClosing();
        }
    }

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => protocol.GetMessageBytes(Explain(message));

    private bool TryParse(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        try
        {
            return protocol.TryParseMessage(ref input, binder, out message);
        }
        catch (InvalidDataException exception)
        {
            _malformed = new Error(ErrorCodes.InvalidRequest, $"A message was not one of the protocol: {exception.Message}");
            throw;
        }
    }

    // SignalR closes for it, and says nothing of why.
    private HubMessage Explain(HubMessage message) =>
        message is CloseMessage { Error: not null } close && _malformed is { } reason ? new CloseMessage(reason.ToString(), close.AllowReconnect) : message;
}
