using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>Puts an <see cref="Upgrade"/> in front of the server's own, for endpoints that take WebSockets.</summary>
internal static class Upgrades
{
    /// <summary>Whoever accepts a WebSocket at these endpoints gets one to which frames can be written (<see cref="FrameWriter"/>).</summary>
    public static TBuilder TakeUpgrades<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(static endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                // A host with its own WebSocketMiddleware before these endpoints has the server's upgrade already, and keeps it.
                if (context.Features.Get<IHttpWebSocketFeature>() is null
                    && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } server)
                {
                    context.Features.Set<IHttpUpgradeFeature>(new Upgrade(context, server));
                }

                return next(context);
            };
        });
        return endpoints;
    }
}
