using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Rest;

/// <summary>The header <c>Idempotency-Key</c>: the id of what a request publishes, where its body has none.</summary>
/// <param name="Value">Its value; null where there is none.</param>
internal readonly record struct IdempotencyHeader(string? Value)
{
    public static Result<IdempotencyHeader> Of(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] => new IdempotencyHeader(null),
        [{ Length: > 0 } one] => new IdempotencyHeader(one),
        _ => new Error(ErrorCodes.InvalidRequest, "The header Idempotency-Key is there once and is not empty, or it is absent."),
    };
}
