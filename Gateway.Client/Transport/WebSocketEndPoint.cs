using Microsoft.AspNetCore.Connections;

namespace RealtimeGateway.Client.Transport;

/// <summary>Where a <see cref="WebSocketConnectionFactory"/> connects, and with which credentials.</summary>
/// <param name="url">The hub, as <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>.</param>
internal sealed class WebSocketEndPoint(Uri url) : UriEndPoint(url)
{
    /// <summary>Asked at each connect for a JWT; null, or an answer of null, for a guest.</summary>
    public Func<Task<string?>>? Token { get; init; }

    /// <summary>The API key; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Whether to negotiate first, which tells the connection's id.</summary>
    public bool Negotiates { get; init; }
}
