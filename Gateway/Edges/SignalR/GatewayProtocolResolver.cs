using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The protocols of <see cref="RealtimeHub"/>. Its own, so that other hubs of a host keep theirs.</summary>
internal sealed class GatewayProtocolResolver(GatewayJsonProtocol json) : IHubProtocolResolver
{
    public IReadOnlyList<IHubProtocol> AllProtocols { get; } = [json];

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        AllProtocols.FirstOrDefault(protocol => protocol.Name.Equals(protocolName, StringComparison.OrdinalIgnoreCase));
}
