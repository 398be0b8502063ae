using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Client.Transport;

namespace RealtimeGateway.Client;

/// <summary>Lets Microsoft's <c>HubConnectionBuilder</c> connect to a gateway.</summary>
public static class RealtimeHubConnectionExtensions
{
    /// <summary>Connects by WebSocket.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="url">The hub, such as <c>http://localhost:5080/realtime</c>.</param>
    /// <param name="token">Asked at each connect for a JWT; null, or an answer of null, for a guest.</param>
    /// <param name="apiKey">Sent with each connect, where the gateway asks for an API key; null for none.</param>
    public static IHubConnectionBuilder WithRealtimeGateway(
        this IHubConnectionBuilder builder,
        string url,
        Func<Task<string?>>? token = null,
        string? apiKey = null)
    {
        builder.Services.AddSingleton<IConnectionFactory>(services =>
            new WebSocketConnectionFactory(services.GetRequiredService<IHubProtocol>().TransferFormat));
        builder.Services.AddSingleton<EndPoint>(new WebSocketEndPoint(new Uri(url)) { Token = token, ApiKey = apiKey });
        return builder;
    }
}
