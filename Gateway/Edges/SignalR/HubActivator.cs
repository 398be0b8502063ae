using Microsoft.AspNetCore.SignalR;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Makes the hub of each call. It takes nothing from the services, so it is not looked for there, as SignalR's own activator does,
/// which is made anew for each call itself.
/// </summary>
internal sealed class HubActivator : IHubActivator<RealtimeHub>
{
    public RealtimeHub Create() => new();

    public void Release(RealtimeHub hub) => hub.Dispose();
}
