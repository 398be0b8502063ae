using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Everything between the transport and SignalR: for as long as a connection lives, its pipes are the gateway's.</summary>
/// <param name="transports">The requests that carry SignalR's own transports.</param>
/// <param name="negotiations">Those that were negotiated and not taken up.</param>
/// <param name="unfinished">The connections that have not begun.</param>
/// <param name="sockets">The gateway's own WebSockets.</param>
/// <param name="remaining">What a stop waits for.</param>
/// <param name="wire">How they are read and written.</param>
/// <param name="logger">The log of each.</param>
internal sealed class HubConnections(
    LiveTransports transports,
    Negotiations negotiations,
    UnfinishedConnections unfinished,
    LiveWebSockets sockets,
    Remaining remaining,
    SignalRWire wire,
    ILogger<SignalRConnection> logger)
{
    /// <summary>Carries a connection for as long as it lives.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="next">SignalR.</param>
    public Task RunAsync(ConnectionContext connection, ConnectionDelegate next) =>
        connection is WebSocketConnection ? CarryAsync(connection, next) : CarryStockAsync(connection, next);

    // A transport of SignalR's.
    private async Task CarryStockAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var context = ContextOf(connection);
        using var life = transports.Begin(context);
        if (LiveTransports.TokenOf(context) is null)
        {
            // Without negotiation SignalR makes the connection's id its secret token as well, and others see the id.
            connection.ConnectionId = ConnectionIds.New();
        }
        else
        {
            negotiations.TakeUp(context.GetAdmitted().CountedAs);
        }

        var transport = connection.Transport;
        try
        {
            await CarryAsync(connection, next);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    // What it keeps, each idle connection keeps.
    private async Task CarryAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var gateway = Begin(connection);
        var status = WebSocketCloseStatus.NormalClosure;
        try
        {
            gateway.Beginning = unfinished.Begin(gateway.Admitted.Address, gateway.Abandon);
            await next(connection);
        }
        catch (Exception exception) when (connection is WebSocketConnection)
        {
            // Of a transport of its own SignalR does the same. Nobody above could do more.
            gateway.OnFailed(exception);
            status = WebSocketCloseStatus.InternalServerError;
        }
        finally
        {
            await EndAsync(connection, gateway, status);
        }
    }

    private SignalRConnection Begin(ConnectionContext connection)
    {
        var context = ContextOf(connection);
        SendBuffer.Bound(context);
        var gateway = new SignalRConnection(connection, context.GetAdmitted(), wire, logger);
        connection.Features.Set(gateway);
        connection.Transport = gateway;
        remaining.Add();
        sockets.Add(connection as WebSocketConnection);
        return gateway;
    }

    private async Task EndAsync(ConnectionContext connection, SignalRConnection gateway, WebSocketCloseStatus status)
    {
        var socket = connection as WebSocketConnection;
        try
        {
            var isWritten = await gateway.DrainAsync();
            if (socket is not null)
            {
                // What is written from now on goes nowhere.
                await socket.CloseAsync(isWritten, status);
            }
        }
        finally
        {
            sockets.Remove(socket);
            remaining.Remove();
        }
    }

    private static HttpContext ContextOf(ConnectionContext connection) =>
        connection.GetHttpContext() ?? throw new InvalidOperationException("The hub is reached by HTTP only.");
}
