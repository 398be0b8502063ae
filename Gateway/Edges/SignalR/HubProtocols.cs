using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;
using RealtimeGateway.Configuration;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The protocols of <see cref="RealtimeHub"/>. Its own, so that other hubs of a host keep theirs.</summary>
internal sealed class HubProtocols : IHubProtocolResolver
{
    private readonly IReadOnlyList<HubFormat> _formats;

    public HubProtocols()
    {
        var messagePack = new MessagePackHubProtocol(new JsonHubProtocolOptions().PayloadSerializerOptions, LimitsOptions.MaxMessageBytes);
        Json = new HubFormat(new GatewayHubProtocol(new JsonHubProtocol()), new JsonEncoding(), JsonFraming.Instance);
        _formats = [Json, new HubFormat(new GatewayHubProtocol(messagePack), new MessagePackEncoding(messagePack), MessagePackFraming.Instance)];
        AllProtocols = [.. _formats.Select(format => format.Protocol)];
    }

    /// <summary>The format that every connection begins with.</summary>
    public HubFormat Json { get; }

    public IReadOnlyList<IHubProtocol> AllProtocols { get; }

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) => Find(protocolName)?.Protocol;

    /// <summary>The format of this name, which SignalR compares without regard to case; null where it is not spoken.</summary>
    public HubFormat? Find(string name) =>
        _formats.FirstOrDefault(format => format.Protocol.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Writes a call of server code in every protocol, before the first client or node gets it: what cannot be written is the caller's
    /// exception and nobody else's trouble.
    /// </summary>
    /// <param name="invocationId">The id by which it is answered; null where it is not.</param>
    /// <param name="method">The client's method.</param>
    /// <param name="args">Its arguments.</param>
    public OutboundBytes Encode(string? invocationId, string method, object?[] args)
    {
        var invocation = new InvocationMessage(invocationId, Callbacks.OnWire(method), args);
        return new OutboundBytes(AllProtocols.ToDictionary(protocol => protocol.Name, protocol => protocol.GetMessageBytes(invocation)));
    }
}
