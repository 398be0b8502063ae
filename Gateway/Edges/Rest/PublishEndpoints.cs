using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/publish</c>, <c>/api/publish/batch</c> and <c>/api/broadcast</c>.</summary>
internal static class PublishEndpoints
{
    /// <summary>Bytes of a batch.</summary>
    private const int BatchBytes = 4 * 1024 * 1024;

    // Names of channels and readers beside the payload.
    private const int NamesBytes = 128 * 1024;

    public static void MapPublish(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("/api/publish", "POST").MapPost(string.Empty, PublishAsync);
        endpoints.MapApi("/api/publish/batch", "POST").MapPost(string.Empty, PublishBatchAsync);
        endpoints.MapApi("/api/broadcast", "POST").MapPost(string.Empty, BroadcastAsync);
    }

    private static async Task<IResult> PublishAsync(HttpContext context, RequestPublishing publishing)
    {
        var caller = context.GetCaller();
        if ((await ReadAsync<PublishRequest>(context, publishing.MaxDataBytes + NamesBytes)).IsRefused(out var refusal, out var read))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        var published = await publishing.PublishAsync(caller, read.Body, read.Key, context.RequestAborted);
        return published.IsRefused(out refusal, out var results) ? Problem.Of(refusal)
            : read.Body.Channels is null ? Answer.Of(results[0])
            : Answer.Of(results);
    }

    private static async Task<IResult> PublishBatchAsync(HttpContext context, RequestPublishing publishing)
    {
        var caller = context.GetCaller();
        var maxBytes = Math.Max(BatchBytes, publishing.MaxDataBytes + NamesBytes);
        if ((await ReadAsync<PublishBatchRequest>(context, maxBytes)).IsRefused(out var refusal, out var read))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        return read.Body.Publications is { } publications
            ? Answer.Of(await publishing.PublishAsync(caller, publications, read.Key, context.RequestAborted))
            : Problem.Of(caller.Charge(Operation.Request) ?? JsonBody.Missing("publications"));
    }

    private static async Task<IResult> BroadcastAsync(HttpContext context, RequestPublishing publishing)
    {
        var caller = context.GetCaller();
        if ((await ReadAsync<BroadcastRequest>(context, publishing.MaxDataBytes + NamesBytes)).IsRefused(out var refusal, out var read))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        return read.Body.Event is { } name
            ? Answer.Of(await publishing.BroadcastAsync(caller, name, read.Body.Data, read.Body.Id ?? read.Key, context.RequestAborted))
            : Problem.Of(caller.Charge(Operation.Request) ?? JsonBody.Missing("event"));
    }

    private static async ValueTask<Result<(T Body, string? Key)>> ReadAsync<T>(HttpContext context, int maxBytes)
        where T : class =>
        IdempotencyHeader.Of(context.Request).IsRefused(out var refusal, out var key) ? refusal
        : (await JsonBody.ReadAsync<T>(context, maxBytes)).IsRefused(out refusal, out var body) ? refusal
        : (body, key.Value);
}
