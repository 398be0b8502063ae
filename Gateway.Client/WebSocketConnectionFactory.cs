using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.Client;

/// <summary>
/// Connects Microsoft's <c>HubConnection</c> by one WebSocket, without negotiation: one request, and no second one that must
/// reach the same node.
/// </summary>
/// <param name="protocol">What the connection speaks.</param>
internal sealed class WebSocketConnectionFactory(IHubProtocol protocol) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var target = (WebSocketEndPoint)endpoint;
        var socket = new ClientWebSocket();
        try
        {
            if (target.Token is not null && await target.Token() is { } token)
            {
                socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
            }

            socket.Options.CollectHttpResponseDetails = true;
            await socket.ConnectAsync(ToWebSocket(target.Uri), cancellationToken);
            var frames = protocol.TransferFormat == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            return new WebSocketConnection(socket, target, frames);
        }
        catch (WebSocketException exception) when (socket.HttpStatusCode == HttpStatusCode.Unauthorized)
        {
            socket.Dispose();
            throw new WebSocketException(exception.WebSocketErrorCode, "The gateway refused the connection (401): its token or API key is missing, wrong or expired.", exception);
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
