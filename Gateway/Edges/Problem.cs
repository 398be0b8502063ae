using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Edges;

/// <summary>A refusal as HTTP says it: problem details (RFC 9457) with <c>code</c> and, where waiting helps, <c>retryAfter</c>.</summary>
internal static class Problem
{
    /// <summary>As the result of an endpoint.</summary>
    public static IResult Of(Error error) => new ProblemResult(error, StatusOf(error.Code));

    /// <summary>As the result of an endpoint, under a status that says more than the code does.</summary>
    public static IResult Of(Error error, int status) => new ProblemResult(error, status);

    /// <summary>As the whole answer of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="error">The refusal.</param>
    /// <param name="status">Its status, where HTTP has a closer word for it than the code has.</param>
    public static Task WriteAsync(HttpContext context, Error error, int? status = null)
    {
        context.RequestServices.GetRequiredService<GatewayMetrics>().Refused(error.Code, GatewayMetrics.Surfaces.Http);
        status ??= StatusOf(error.Code);
        var details = new ProblemDetails
        {
            Status = status,
            Title = error.Code,
            Detail = error.Message,
            Extensions = { ["code"] = error.Code },
        };
        if (error.RetryAfter is { } seconds)
        {
            details.Extensions["retryAfter"] = seconds;
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Results.Problem(details).ExecuteAsync(context);
    }

    private static int StatusOf(string code) => code switch
    {
        ErrorCodes.InvalidRequest or ErrorCodes.InvalidChannel or ErrorCodes.HistoryDisabled => StatusCodes.Status400BadRequest,
        ErrorCodes.Unauthenticated or ErrorCodes.TokenExpired => StatusCodes.Status401Unauthorized,
        ErrorCodes.PermissionDenied => StatusCodes.Status403Forbidden,
        ErrorCodes.Conflict => StatusCodes.Status409Conflict,
        ErrorCodes.PayloadTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCodes.RateLimited or ErrorCodes.LimitExceeded => StatusCodes.Status429TooManyRequests,
        ErrorCodes.Disabled or ErrorCodes.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private sealed class ProblemResult(Error error, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, error, status);
    }
}
