using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Rest;

/// <summary>Reads the JSON of a request: no more of it than is allowed, and what does not fit is named.</summary>
internal static class JsonBody
{
    /// <summary>The body of a request that is about names and not about payloads.</summary>
    public const int SmallBytes = 64 * 1024;

    /// <summary>The body, or why it is none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">Bytes at most.</param>
    public static async ValueTask<Result<T>> ReadAsync<T>(HttpContext context, int maxBytes)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return new Error(ErrorCodes.InvalidRequest, "Send JSON, with Content-Type: application/json.");
        }

        return await ReadBytesAsync(context.Request, maxBytes, context.RequestAborted) is { } bytes
            ? Parse<T>(bytes)
            : new Error(ErrorCodes.PayloadTooLarge, $"The body has more than {maxBytes} bytes.");
    }

    /// <summary>The same for a body that may be left out.</summary>
    public static ValueTask<Result<T>> ReadOrAsync<T>(HttpContext context, int maxBytes, T absent)
        where T : class =>
        context.Request.ContentLength is null or 0 && context.Request.ContentType is null ? new(absent) : ReadAsync<T>(context, maxBytes);

    /// <summary>What is said of a field that is missing.</summary>
    public static Error Missing(string field) => new(ErrorCodes.InvalidRequest, $"The body has no '{field}', or none that fits.");

    private static async ValueTask<byte[]?> ReadBytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        using var body = new MemoryStream();
        var part = new byte[4096];
        while (await request.Body.ReadAsync(part, cancellationToken) is var read and > 0)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            body.Write(part, 0, read);
        }

        return body.ToArray();
    }

    private static Result<T> Parse<T>(byte[] bytes)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, JsonSerializerOptions.Web) is { } body ? body : Unfit(string.Empty, shape: null);
        }
        catch (JsonException exception)
        {
            // A part with a shape of its own says where in it; the whole says where the part is.
            return Unfit(Inside(exception) + (exception.InnerException is JsonException part ? "." + Inside(part) : string.Empty), (exception as ShapeException)?.Message);
        }
    }

    private static Error Unfit(string field, string? shape)
    {
        var where = field.Trim('.') is { Length: > 0 } named ? $"The body does not fit at '{named}'." : "The body is not the JSON object that this path takes.";
        return new Error(ErrorCodes.InvalidRequest, shape is null ? where : $"{where} {shape}");
    }

    // "$.channels[0]" is the field channels[0].
    private static string Inside(JsonException exception) => exception.Path?.TrimStart('$').Trim('.') ?? string.Empty;
}
