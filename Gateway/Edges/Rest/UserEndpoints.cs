using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Rest;

/// <summary><c>/api/users/{id}</c>: what servers do to users.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("/api/users/{id}/sessions", "GET").MapGet(string.Empty, GetSessionsAsync);
        endpoints.MapApi("/api/users/{id}/disconnect", "POST").MapPost(string.Empty, DisconnectAsync);
        endpoints.MapApi("/api/users/{id}/unsubscribe", "POST").MapPost(string.Empty, UnsubscribeAsync);
        endpoints.MapApi("/api/users/{id}/revoke", "POST").MapPost(string.Empty, RevokeAsync);
        endpoints.MapApi("/api/users/{id}/roles", "PUT").MapPut(string.Empty, AssignAsync);
        endpoints.MapApi("/api/users/{id}/events", "POST").MapPost(string.Empty, SendAsync);
    }

    private static async Task<IResult> GetSessionsAsync(HttpContext context, UserActions users) =>
        Answer.Of(await users.GetSessionsAsync(context.GetCaller(), UserOf(context), context.RequestAborted));

    private static async Task<IResult> DisconnectAsync(HttpContext context, UserActions users) =>
        Applied(await users.DisconnectAsync(context.GetCaller(), UserOf(context)));

    private static async Task<IResult> UnsubscribeAsync(HttpContext context, UserActions users)
    {
        var caller = context.GetCaller();
        return (await JsonBody.ReadAsync<UserUnsubscribeRequest>(context, JsonBody.SmallBytes)).IsRefused(out var refusal, out var body)
            ? Refused(caller, refusal)
            : AreWhole(body.Channels) ? Applied(await users.UnsubscribeAsync(caller, UserOf(context), body.Channels!))
            : Refused(caller, JsonBody.Missing("channels"));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, UserActions users)
    {
        var caller = context.GetCaller();
        return (await JsonBody.ReadOrAsync(context, JsonBody.SmallBytes, new UserRevokeRequest())).IsRefused(out var refusal, out var body)
            ? Refused(caller, refusal)
            : Applied(await users.RevokeAsync(caller, UserOf(context), body.Reason));
    }

    private static async Task<IResult> AssignAsync(HttpContext context, UserActions users)
    {
        var caller = context.GetCaller();
        return (await JsonBody.ReadAsync<UserRolesRequest>(context, JsonBody.SmallBytes)).IsRefused(out var refusal, out var body)
            ? Refused(caller, refusal)
            : AreWhole(body.Roles) ? Applied(await users.AssignAsync(caller, UserOf(context), body.Roles!))
            : Refused(caller, JsonBody.Missing("roles"));
    }

    private static async Task<IResult> SendAsync(HttpContext context, UserActions users, RequestPublishing publishing)
    {
        var caller = context.GetCaller();
        if (IdempotencyHeader.Of(context.Request).IsRefused(out var refusal, out var key)
            || (await JsonBody.ReadAsync<UserEventRequest>(context, publishing.MaxDataBytes + JsonBody.SmallBytes)).IsRefused(out refusal, out var body))
        {
            return Refused(caller, refusal);
        }

        return body.Event is { } name
            ? Applied(await users.SendAsync(caller, UserOf(context), name, body.Data, body.Id ?? key.Value, context.RequestAborted))
            : Refused(caller, JsonBody.Missing("event"));
    }

    // What some node has still to apply is accepted, not done.
    private static IResult Applied(Result<UserActionResult> result) =>
        Answer.Of(result, applied => applied.Complete ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);

    private static string UserOf(HttpContext context) => PathSegment.Of(context, following: 1);

    private static bool AreWhole(IReadOnlyList<string>? names) => names?.Contains(null!) is false;

    // What is refused counts as well.
    private static IResult Refused(RequestCaller caller, Error refusal) => Problem.Of(caller.Charge(Operation.Request) ?? refusal);
}
