using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary>What all paths of the API have in common.</summary>
internal static class ApiPath
{
    /// <summary>
    /// One path of the API, to map its methods on: who sends a request is admitted first, a fault is answered as a problem, and
    /// other methods than these are refused as one.
    /// </summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder endpoints, string path, params string[] methods)
    {
        var allowed = string.Join(", ", methods);
        endpoints.Map(path, (HttpContext context) =>
        {
            context.Response.Headers.Allow = allowed;
            return Problem.Of(new Error(ErrorCodes.InvalidRequest, $"This path takes {allowed}."), StatusCodes.Status405MethodNotAllowed);
        }).ExcludeFromDescription();
        return endpoints.MapGroup(path).RequireRequestAdmission().AddEndpointFilter<RouteGroupBuilder, FaultFilter>();
    }

    /// <summary>Answers what is no path of the API. A host's own routes below <c>/api</c> come first.</summary>
    public static void MapUnknownApi(this IEndpointRouteBuilder endpoints) => endpoints
        .Map("/api/{**path}", () => Problem.Of(new Error(ErrorCodes.InvalidRequest, "The API has no such path."), StatusCodes.Status404NotFound))
        .WithOrder(int.MaxValue); // MapFallback would forget the path where its arguments are bound by generated code.

    /// <summary>Who sends this request.</summary>
    public static RequestCaller GetCaller(this HttpContext context) => new(
        context.GetAdmitted(),
        context.RequestServices.GetRequiredService<Admission>(),
        context.RequestServices.GetRequiredService<RateLimiter>());
}
