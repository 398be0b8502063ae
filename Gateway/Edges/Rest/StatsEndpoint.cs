using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/stats</c>.</summary>
internal static class StatsEndpoint
{
    public static void MapStats(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("/api/stats", "GET").MapGet(string.Empty, Read);

    private static IResult Read(HttpContext context, NodeNumbers numbers) => Answer.Of(numbers.Read(context.GetCaller()));
}
