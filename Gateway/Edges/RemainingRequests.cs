using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges;

/// <summary>Requests that a stop waits for: what a session is sent last has left only when the request that carries it ends.</summary>
internal static class RemainingRequests
{
    /// <summary>Counts the requests to these endpoints among what remains.</summary>
    public static TBuilder CountAsRemaining<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(static endpoint => endpoint.RequestDelegate = Count(
            endpoint.RequestDelegate!,
            endpoint.ApplicationServices.GetRequiredService<Remaining>()));
        return endpoints;
    }

    private static RequestDelegate Count(RequestDelegate next, Remaining remaining) => async context =>
    {
        remaining.Add();
        try
        {
            await next(context);
        }
        finally
        {
            remaining.Remove();
        }
    };
}
