using Microsoft.Net.Http.Headers;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges;

/// <summary>
/// Says which pages may use an endpoint, to the browser (CORS) and to those who do not ask it: no browser holds back a WebSocket.
/// It is part of the endpoint, preflights included, so that a host has no middleware to order among its own.
/// </summary>
internal static class CrossOrigin
{
    // What is asked for anew that often is in step with settings that change; requests themselves are always asked.
    private const string PreflightSeconds = "600";

    private static readonly Error NotAllowed = new(ErrorCodes.PermissionDenied, "Pages of this origin may not use this gateway; see Gateway:AllowedOrigins.");

    /// <summary>Lets pages of allowed origins and programs through to this endpoint, and nobody else.</summary>
    public static void Guard(EndpointBuilder endpoint)
    {
        // A preflight asks for the endpoint by the method that is to come.
        foreach (var methods in endpoint.Metadata.OfType<HttpMethodMetadata>())
        {
            methods.AcceptCorsPreflight = true;
        }

        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context => GuardAsync(context, next);
    }

    private static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        // Also where no page asks: a cache would give the next one what was said to this one.
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        var origins = context.Request.Headers.Origin;
        if (origins.Count == 0)
        {
            return next(context);
        }

        var allowed = context.RequestServices.GetRequiredService<Live<AllowedOrigins>>().Current;
        if (origins is not [{ } origin] || !allowed.Allows(context.Request, origin))
        {
            return Problem.WriteAsync(context, NotAllowed);
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        return IsPreflight(context.Request) ? AnswerPreflightAsync(context) : next(context);
    }

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    // The page is trusted by its origin; which method and headers it may use, the endpoint itself decides.
    private static Task AnswerPreflightAsync(HttpContext context)
    {
        var (asked, headers) = (context.Request.Headers, context.Response.Headers);
        headers.AccessControlAllowMethods = asked.AccessControlRequestMethod;
        headers.AccessControlAllowHeaders = asked.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = PreflightSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
