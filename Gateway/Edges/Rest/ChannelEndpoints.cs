using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/channels</c>.</summary>
internal static class ChannelEndpoints
{
    public static void MapChannels(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/channels/{channel}/members", GetMembersAsync).RequireAdmission();

    private static async Task<IResult> GetMembersAsync(
        HttpContext context,
        ClientOperations operations,
        Admission admission,
        RateLimiter limiter,
        string? cursor = null,
        string? limit = null)
    {
        var caller = new RequestCaller(context.GetAdmitted(), admission, limiter);
        if (!TryReadLimit(limit, out var members))
        {
            return Problem.Of(caller.Charge(Operation.Request) ?? new Error(ErrorCodes.InvalidRequest, "The limit is not a whole number."));
        }

        var channel = ChannelSegment.Of(context, following: 1);
        var request = new MembersRequest { Channel = channel, Cursor = cursor, Limit = members };
        var result = await operations.GetMembersAsync(caller, request, context.RequestAborted);
        return result.IsRefused(out var error, out var page) ? Problem.Of(error) : Results.Ok(ChannelMembers.Of(channel, page));
    }

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = MembersRequest.DefaultLimit;
        return text is null || int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out limit);
    }
}
