using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
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
        var connections = services.GetRequiredService<HubConnections>();
        void Connect(IConnectionBuilder builder) => builder.Use(next => connection => connections.RunAsync(connection, next)).UseHub<RealtimeHub>();
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
}
