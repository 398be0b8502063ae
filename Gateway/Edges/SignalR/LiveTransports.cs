using System.Collections.Concurrent;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connection tokens (<c>id</c> in the query) of connections that live. The later requests of one that is no WebSocket
/// need no credential of their own: the token is a secret between client and gateway, the session has its identity already,
/// and <c>Authenticate</c> may long have replaced the one that the client still sends.
/// </summary>
internal sealed class LiveTransports
{
    private readonly ConcurrentDictionary<string, bool> _tokens = new(StringComparer.Ordinal);

    /// <summary>Whether this request belongs to a connection that lives.</summary>
    public bool Owns(HttpContext context) =>
        !context.WebSockets.IsWebSocketRequest && TokenOf(context) is { } token && _tokens.ContainsKey(token);

    public void Add(HttpContext context)
    {
        if (TokenOf(context) is { } token)
        {
            _tokens[token] = true;
        }
    }

    public void Remove(HttpContext context)
    {
        if (TokenOf(context) is { } token)
        {
            _tokens.TryRemove(token, out _);
        }
    }

    private static string? TokenOf(HttpContext context) => context.Request.Query["id"].FirstOrDefault();
}
