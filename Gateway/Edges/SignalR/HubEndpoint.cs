using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The hub's endpoint: stock SignalR, with a connection of ours between it and the transport, and for WebSockets with a transport of ours.
/// </summary>
internal static class HubEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/realtime";

    // Little of what is unsent is to be out of the queue's sight.
    private const int TransportBufferBytes = 16 * 1024;

    /// <summary>Maps the hub, its negotiation included.</summary>
    public static void MapRealtimeHub(this IEndpointRouteBuilder endpoints)
    {
        // Not a request's own: these are a scope, which would be kept for as long as its connection lives.
        var services = endpoints.ServiceProvider;
        var transports = services.GetRequiredService<LiveTransports>();
        var options = new HttpConnectionDispatcherOptions
        {
            // Before version 1 the connection's id, which others see, was also the secret by which to send on it.
            MinimumProtocolVersion = 1,
            AllowStatefulReconnects = false,
            TransportMaxBufferSize = TransportBufferBytes,
        };
        void Connect(IConnectionBuilder connections) => connections
            .Use(next => connection => connection is WebSocketConnection ? RunAsync(connection, services, next) : RunStockAsync(connection, services, next))
            .UseHub<RealtimeHub>();
        endpoints
            .MapConnections(Path, options, Connect)
            .WithMetadata(new HubMetadata(typeof(RealtimeHub)))
            .CountAsRemaining()
            .TakeWebSockets(services, Connect)
            .RequireAdmission(transports.Find, (context, admitted) => CountArrival(context, services, admitted));
    }

    // One connection is counted once: at its negotiation, or at its transport where there was none.
    private static Error? CountArrival(HttpContext context, IServiceProvider services, Admitted admitted)
    {
        if (services.GetRequiredService<Drain>().HasBegun)
        {
            return Drain.Refusal;
        }

        var isNegotiation = context.GetEndpoint()?.Metadata.GetMetadata<NegotiateMetadata>() is not null;
        if (!isNegotiation && LiveTransports.TokenOf(context) is not null)
        {
            return null;
        }

        return services.GetRequiredService<RateLimiter>().Charge(Operation.Connect, admitted.CountedAs)
            ?? (isNegotiation ? services.GetRequiredService<Negotiations>().Begin(admitted.CountedAs) : null);
    }

    // A transport of SignalR's.
    private static async Task RunStockAsync(ConnectionContext connection, IServiceProvider services, ConnectionDelegate next)
    {
        var context = ContextOf(connection);
        using var life = services.GetRequiredService<LiveTransports>().Begin(context);
        if (LiveTransports.TokenOf(context) is null)
        {
            // Without negotiation SignalR makes the connection's id its secret token as well, and others see the id.
            connection.ConnectionId = ConnectionIds.New();
        }
        else
        {
            services.GetRequiredService<Negotiations>().TakeUp(context.GetAdmitted().CountedAs);
        }

        await RunAsync(connection, services, next);
    }

    // Everything between the transport and SignalR: for as long as a connection lives, its pipes are the gateway's.
    private static async Task RunAsync(ConnectionContext connection, IServiceProvider services, ConnectionDelegate next)
    {
        var context = ContextOf(connection);
        SendBuffer.Bound(context);
        var (remaining, sockets) = (services.GetRequiredService<Remaining>(), services.GetRequiredService<LiveWebSockets>());
        var (transport, socket) = (connection.Transport, connection as WebSocketConnection);
        var gateway = new SignalRConnection(
            connection,
            context.GetAdmitted(),
            services.GetRequiredService<SignalRWire>(),
            services.GetRequiredService<ILogger<SignalRConnection>>());
        connection.Features.Set(gateway);
        connection.Transport = gateway;
        remaining.Add();
        sockets.Add(socket);
        var status = WebSocketCloseStatus.NormalClosure;
        try
        {
            gateway.Beginning = services.GetRequiredService<UnfinishedConnections>().Begin(gateway.Admitted.Address, gateway.Abandon);
            await next(connection);
        }
        catch (Exception exception) when (socket is not null)
        {
            // Of a transport of its own SignalR does the same. Nobody above could do more.
            gateway.OnFailed(exception);
            status = WebSocketCloseStatus.InternalServerError;
        }
        finally
        {
            try
            {
                var isWritten = await gateway.DrainAsync();
                if (socket is null)
                {
                    connection.Transport = transport;
                }
                else
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
    }

    private static HttpContext ContextOf(ConnectionContext connection) =>
        connection.GetHttpContext() ?? throw new InvalidOperationException("The hub is reached by HTTP only.");
}
