using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Sessions;

/// <summary>What this node has, for whoever runs it.</summary>
internal sealed class NodeNumbers(RequestTrust trust, SessionRegistry sessions, ChannelRegistry channels)
{
    public Result<GatewayStats> Read(RequestCaller caller) => trust.Covers(caller, ApiKeyScopes.Admin)
        ? new GatewayStats(sessions.Count, sessions.CountUsers, channels.Count)
        : RequestTrust.Refuse(caller, ApiKeyScopes.Admin);
}
