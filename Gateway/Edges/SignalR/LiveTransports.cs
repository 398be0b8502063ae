using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Connections;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connection tokens (<c>id</c> in the query) of connections that live. The later requests of one need no credential of
/// their own: the token is a secret between client and gateway, the session has its identity already, and
/// <c>Authenticate</c> may long have replaced the one that the client still sends.
/// </summary>
internal sealed class LiveTransports
{
    private readonly ConcurrentDictionary<string, Admitted> _admitted = new(StringComparer.Ordinal);

    /// <summary>The connection token of this request; null where it has none.</summary>
    public static string? TokenOf(HttpContext context) => context.Request.Query["id"] is [{ Length: > 0 } token] ? token : null;

    /// <summary>
    /// Who was admitted with the connection that this request belongs to; null where none lives. A request that negotiates
    /// belongs to none yet.
    /// </summary>
    public Admitted? Find(HttpContext context) =>
        TokenOf(context) is { } token && context.GetEndpoint()?.Metadata.GetMetadata<NegotiateMetadata>() is null
            ? _admitted.GetValueOrDefault(token)
            : null;

    /// <summary>The connection of this request lives until what is returned is disposed.</summary>
    public Life Begin(HttpContext context)
    {
        // Read now: when the connection ends, the request may be gone and its context another's.
        var token = TokenOf(context);
        if (token is not null)
        {
            _admitted[token] = context.GetAdmitted();
        }

        return new Life(this, token);
    }

    internal readonly struct Life(LiveTransports transports, string? token) : IDisposable
    {
        public void Dispose()
        {
            if (token is not null)
            {
                transports._admitted.TryRemove(token, out _);
            }
        }
    }
}
