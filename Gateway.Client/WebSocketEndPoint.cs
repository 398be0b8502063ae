using Microsoft.AspNetCore.Connections;

namespace RealtimeGateway.Client;

/// <summary>Where a <see cref="WebSocketConnectionFactory"/> connects, and with which token.</summary>
/// <param name="url">The hub, as <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>.</param>
/// <param name="token">Asked at each connect for a JWT; null, or an answer of null, for a guest.</param>
internal sealed class WebSocketEndPoint(Uri url, Func<Task<string?>>? token) : UriEndPoint(url)
{
    public Func<Task<string?>>? Token { get; } = token;
}
