using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace RealtimeGateway.Client;

/// <summary>Lets Microsoft's <c>HubConnectionBuilder</c> connect to a gateway.</summary>
public static class RealtimeHubConnectionExtensions
{
    /// <summary>Connects by WebSocket.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="url">The hub, such as <c>http://localhost:5080/realtime</c>.</param>
    /// <param name="token">Asked at each connect for a JWT; null, or an answer of null, for a guest.</param>
    public static IHubConnectionBuilder WithRealtimeGateway(this IHubConnectionBuilder builder, string url, Func<Task<string?>>? token = null)
    {
        builder.Services.AddSingleton<IConnectionFactory, WebSocketConnectionFactory>();
        builder.Services.AddSingleton<EndPoint>(new WebSocketEndPoint(new Uri(url), token));
        return builder;
    }
}
