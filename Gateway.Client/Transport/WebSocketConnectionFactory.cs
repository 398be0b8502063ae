using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Transport;

/// <summary>
/// Connects Microsoft's <c>HubConnection</c> by one WebSocket: without negotiation it is one request, and no second one that must
/// reach the same node.
/// </summary>
/// <param name="format">What the hub protocol writes, which its frames say.</param>
internal sealed class WebSocketConnectionFactory(TransferFormat format) : IConnectionFactory
{
    /// <exception cref="WebSocketException">It did not come about. Where the gateway refused it, the inner exception is a <see cref="RealtimeException"/>.</exception>
    /// <exception cref="HttpRequestException">The negotiation did not come about; refused as above.</exception>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var target = (WebSocketEndPoint)endpoint;
        var token = target.Token is null ? null : await target.Token().ConfigureAwait(false);
        var negotiated = target.Negotiates ? await Negotiation.RunAsync(target, token, cancellationToken).ConfigureAwait(false) : null;
        var socket = new ClientWebSocket();
        try
        {
            Credentials.Set(target.ApiKey, token, socket.Options.SetRequestHeader);
            socket.Options.CollectHttpResponseDetails = true;
            await socket.ConnectAsync(ToWebSocket(negotiated?.Complete(target.Uri) ?? target.Uri), cancellationToken).ConfigureAwait(false);
            return new WebSocketConnection(socket, target, format) { ConnectionId = negotiated?.ConnectionId ?? string.Empty };
        }
        catch (WebSocketException exception)
        {
            socket.Dispose();
            throw HttpRefusal.Find(socket.HttpStatusCode, socket.HttpResponseHeaders) is { } refusal
                ? new WebSocketException(exception.WebSocketErrorCode, $"{refusal.Message} {exception.Message}", new RealtimeException(refusal))
                : exception;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Uri ToWebSocket(Uri url) => url.Scheme switch
    {
        "http" => new UriBuilder(url) { Scheme = "ws" }.Uri,
        "https" => new UriBuilder(url) { Scheme = "wss" }.Uri,
        _ => url,
    };
}
