using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The protocols of <see cref="RealtimeHub"/>. Its own, so that other hubs of a host keep theirs. Each has the name of the
/// <see cref="IEncoding"/> of its clients.
/// </summary>
internal sealed class HubProtocols(GatewayJsonProtocol json) : IHubProtocolResolver
{
    public IReadOnlyList<IHubProtocol> AllProtocols { get; } = [json];

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        AllProtocols.FirstOrDefault(protocol => protocol.Name.Equals(protocolName, StringComparison.OrdinalIgnoreCase));

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
