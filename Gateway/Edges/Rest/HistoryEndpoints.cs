using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/channels/{channel}/history</c>.</summary>
internal static class HistoryEndpoints
{
    public static void MapHistory(this IEndpointRouteBuilder endpoints)
    {
        var history = endpoints.MapApi("/api/channels/{channel}/history", "GET", "DELETE");
        history.MapGet(string.Empty, ReadAsync);
        history.MapDelete(string.Empty, ClearAsync);
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context,
        RequestReading reading,
        string? since = null,
        string? sinceEpoch = null,
        string? sinceOffset = null,
        string? limit = null,
        string? reverse = null)
    {
        var caller = context.GetCaller();
        if (Query.Since(since, sinceEpoch, sinceOffset).IsRefused(out var refusal, out var position)
            || Query.Number("limit", limit, HistoryRequest.DefaultLimit).IsRefused(out refusal, out var publications)
            || Query.Flag("reverse", reverse).IsRefused(out refusal, out var isReverse))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        var request = new HistoryRequest { Channel = PathSegment.Of(context, following: 1), Since = position, Limit = publications, Reverse = isReverse };
        return Answer.Of(await reading.GetHistoryAsync(caller, request, context.RequestAborted));
    }

    private static async Task<IResult> ClearAsync(HttpContext context, RequestReading reading) =>
        Answer.Of(await reading.ClearHistoryAsync(context.GetCaller(), PathSegment.Of(context, following: 1), context.RequestAborted));
}
