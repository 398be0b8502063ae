using Microsoft.Extensions.Diagnostics.HealthChecks;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary>
/// <c>/health/live</c> and <c>/health/ready</c>, for whoever starts, watches and routes to the process. They ask for no credential
/// and are not counted; they name checks and tell nothing of what these found.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => Answer(StatusCodes.Status200OK, new HealthAnswer("live")));
        endpoints.MapGet("/health/ready", AskReadyAsync);
    }

    // A node that something it depends on has left stays in: to take all of them out helps nobody. A host's check that says
    // "unhealthy" means it.
    private static async Task<IResult> AskReadyAsync(HttpContext context, Drain drain, HealthCheckService checks)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (drain.HasBegun)
        {
            return Answer(StatusCodes.Status503ServiceUnavailable, new HealthAnswer("draining"));
        }

        var report = await checks.CheckHealthAsync(context.RequestAborted);
        string[] reasons = [.. report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => entry.Key).Order(StringComparer.Ordinal)];
        return report.Status switch
        {
            HealthStatus.Healthy => Answer(StatusCodes.Status200OK, new HealthAnswer("ready")),
            HealthStatus.Degraded => Answer(StatusCodes.Status200OK, new HealthAnswer("degraded", reasons)),
            _ => Answer(StatusCodes.Status503ServiceUnavailable, new HealthAnswer("unhealthy", reasons)),
        };
    }

    private static IResult Answer(int status, HealthAnswer answer) => Results.Json(answer, statusCode: status);
}
