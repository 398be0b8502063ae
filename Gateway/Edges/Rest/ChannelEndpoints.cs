using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/channels</c>: which are in use, and who is in one.</summary>
internal static class ChannelEndpoints
{
    public static void MapChannels(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("/api/channels", "GET").MapGet(string.Empty, ListAsync);
        endpoints.MapApi("/api/channels/{channel}", "GET").MapGet(string.Empty, CountAsync);
        endpoints.MapApi("/api/channels/{channel}/members", "GET").MapGet(string.Empty, GetMembersAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        RequestReading reading,
        string? prefix = null,
        string? cursor = null,
        string? limit = null)
    {
        var caller = context.GetCaller();
        if (Query.Number("limit", limit, ChannelsRequest.DefaultLimit).IsRefused(out var refusal, out var channels))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        var request = new ChannelsRequest { Prefix = prefix ?? string.Empty, Cursor = cursor, Limit = channels };
        return Answer.Of(await reading.ListAsync(caller, request, context.RequestAborted));
    }

    private static async Task<IResult> CountAsync(HttpContext context, RequestReading reading) =>
        Answer.Of(await reading.CountAsync(context.GetCaller(), PathSegment.Of(context, following: 0), context.RequestAborted));

    private static async Task<IResult> GetMembersAsync(HttpContext context, RequestReading reading, string? cursor = null, string? limit = null)
    {
        var caller = context.GetCaller();
        if (Query.Number("limit", limit, MembersRequest.DefaultLimit).IsRefused(out var refusal, out var members))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? refusal);
        }

        var channel = PathSegment.Of(context, following: 1);
        var request = new MembersRequest { Channel = channel, Cursor = cursor, Limit = members };
        var result = await reading.GetMembersAsync(caller, request, context.RequestAborted);
        return result.IsRefused(out refusal, out var page) ? Problem.Of(refusal) : Answer.Of(ChannelMembers.Of(channel, page));
    }
}
