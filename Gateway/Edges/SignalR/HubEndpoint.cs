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
            connection.ConnectionId = ConnectionTokens.NewId();
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
        var remaining = services.GetRequiredService<Remaining>();
        var transport = connection.Transport;
        var gateway = new SignalRConnection(
            connection,
            context.GetAdmitted(),
            services.GetRequiredService<SignalRWire>(),
            services.GetRequiredService<ILogger<SignalRConnection>>());
        gateway.Beginning = services.GetRequiredService<UnfinishedConnections>().Begin(gateway.Admitted.Address, gateway.Abandon);
        SendBuffer.Bound(context);
        connection.Features.Set(gateway);
        connection.Transport = gateway;
        if (connection is WebSocketConnection opened)
        {
            services.GetRequiredService<LiveWebSockets>().Add(opened);
        }

        remaining.Add();
        try
        {
            await next(connection);
        }
        finally
        {
            var isWritten = await gateway.DrainAsync();
            connection.Transport = transport;
            if (connection is WebSocketConnection socket)
            {
                await socket.CloseAsync(isWritten);
                services.GetRequiredService<LiveWebSockets>().Remove(socket);
            }

            remaining.Remove();
        }
    }

    private static HttpContext ContextOf(ConnectionContext connection) =>
        connection.GetHttpContext() ?? throw new InvalidOperationException("The hub is reached by HTTP only.");
}
