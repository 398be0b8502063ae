using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Connections;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connection tokens (<c>id</c> in the query) of connections that live. The later requests of one need no credential of
/// their own: the token is a secret between client and gateway, the session has its identity already, and
/// <c>Authenticate</c> may long have replaced the one that the client still sends.
/// </summary>
internal sealed class LiveTransports
{
    private readonly ConcurrentDictionary<string, bool> _tokens = new(StringComparer.Ordinal);

    /// <summary>Whether this request belongs to a connection that lives. One that negotiates belongs to none yet.</summary>
    public bool Owns(HttpContext context) =>
        TokenOf(context) is { } token && _tokens.ContainsKey(token) && context.GetEndpoint()?.Metadata.GetMetadata<NegotiateMetadata>() is null;

    /// <summary>The connection of this request lives until what is returned is disposed.</summary>
    public Life Begin(HttpContext context)
    {
        // Read now: when the connection ends, the request may be gone and its context another's.
        var token = TokenOf(context);
        if (token is not null)
        {
            _tokens[token] = true;
        }

        return new Life(this, token);
    }

    private static string? TokenOf(HttpContext context) => context.Request.Query["id"].FirstOrDefault();

    internal readonly struct Life(LiveTransports transports, string? token) : IDisposable
    {
        public void Dispose()
        {
            if (token is not null)
            {
                transports._tokens.TryRemove(token, out _);
            }
        }
    }
}
