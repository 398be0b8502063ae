using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Backplane;
using RealtimeGateway.Configuration;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Registers the hub with a lifetime manager, protocols and options of its own; other hubs of a host keep theirs.</summary>
internal static class SignalRServices
{
    public static void AddRealtimeHub(this IServiceCollection services)
    {
        services.AddSignalR().AddHubOptions<RealtimeHub>(_ => { });
        services.AddOptions<HubOptions<RealtimeHub>>().Configure(hub =>
        {
            // The gateway's own bounds, which can change while it runs, are at most these.
            hub.MaximumReceiveMessageSize = LimitsOptions.MaxMessageBytes + LengthPrefix.MaxBytes; // Which are more than a separator.
            hub.HandshakeTimeout = LimitsOptions.MaxTimeout + TimeSpan.FromSeconds(5);
            hub.EnableDetailedErrors = false;

            // One call of a client after another: what it sends second is published second (promise 2).
            hub.MaximumParallelInvocationsPerClient = 1;
            hub.AddFilter<CallFilter>();
        });

        // At Debug it writes the arguments of every call: payloads, and the tokens of Authenticate (promise 15).
        services.LimitLog("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Information);

        // These name a connection by its token, by which one can send on it.
        services.LimitLog("Microsoft.AspNetCore.Http.Connections.Internal.HttpConnectionManager", LogLevel.Information);
        services.LimitLog("Microsoft.AspNetCore.Http.Connections.Internal.HttpConnectionDispatcher", LogLevel.Information);

        services.AddSingleton<IHubActivator<RealtimeHub>, HubActivator>();
        services.AddSingleton<CallFilter>();
        services.AddSingleton<LiveTransports>();
        services.AddSingleton<Negotiations>();
        services.AddSingleton<ConnectionTokens>();
        services.AddSingleton<LiveWebSockets>();
        services.AddSingleton<UnfinishedConnections>();
        services.AddSingleton<SignalRWire>();
        services.AddSingleton<HubConnections>();
        services.AddSingleton<HubProtocols>();
        services.AddSingleton<ClientResults>();
        services.AddSingleton<ForwardedCalls>();
        services.AddSingleton<RemoteCalls>();
        services.AddSingleton<INodeListener, HubListener>();
        services.AddSingleton<HubLifetimeManager<RealtimeHub>, GatewayHubLifetimeManager>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<HubConnectionHandler<RealtimeHub>>(
            provider,
            provider.GetRequiredService<HubProtocols>(),
            new AdmittedUserId()));
    }
}
