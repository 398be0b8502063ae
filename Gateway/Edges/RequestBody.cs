using Microsoft.AspNetCore.Http.Features;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges;

/// <summary>
/// Bounds the body of a request before anything of it is read. A compressed one is refused: how large it is nobody knows before it
/// is unpacked.
/// </summary>
internal static class RequestBody
{
    private static readonly Error Compressed = new(ErrorCodes.InvalidRequest, "A body with Content-Encoding is not taken; send it as it is.");

    /// <summary>Lets requests with a plain body of bounded size through to this endpoint, and no others.</summary>
    public static void Bound(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context => BoundAsync(context, next);
    }

    private static async Task BoundAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Any(encoding => !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers.AcceptEncoding = "identity"; // What would be taken (RFC 9110, section 15.5.16).
            await Problem.WriteAsync(context, Compressed, StatusCodes.Status415UnsupportedMediaType);
            return;
        }

        var most = context.RequestServices.GetRequiredService<Live<BodyLimits>>().Current.Bytes;
        if (request.ContentLength > most)
        {
            await Problem.WriteAsync(context, TooLarge(most));
            return;
        }

        // The length of a chunked body shows when it is read: the server counts, and fails the reading.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = most;
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge && !context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, TooLarge(most));
        }
    }

    private static Error TooLarge(long most) => new(ErrorCodes.PayloadTooLarge, $"The body is larger than {most} bytes.");
}
