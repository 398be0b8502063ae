using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Sse;

/// <summary><c>GET /sse</c>: a session that hears its channels as server-sent events, for who has no client of SignalR.</summary>
internal static class SseEndpoint
{
    private const string Path = "/sse";

    /// <summary>Maps it.</summary>
    public static void MapSse(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path, StreamAsync).RequireAdmission(count: CountArrival).CountAsRemaining();

    private static Error? CountArrival(HttpContext context, Admitted admitted)
    {
        var services = context.RequestServices;
        return services.GetRequiredService<Drain>().HasBegun
            ? Drain.Refusal
            : services.GetRequiredService<RateLimiter>().Charge(Operation.Connect, admitted.CountedAs);
    }

    private static async Task StreamAsync(HttpContext context)
    {
        if (SseRequest.Read(context.Request).IsRefused(out var malformed, out var request))
        {
            await Problem.WriteAsync(context, malformed);
            return;
        }

        var services = context.RequestServices;
        var logger = services.GetRequiredService<ILogger<SseConnection>>();
        await using var connection = new SseConnection(context, request, services.GetRequiredService<SseWire>(), logger);
        var session = new Session(connection, context.GetAdmitted(), services.GetRequiredService<SessionServices>());
        try
        {
            await session.OpenAsync();
            await StreamAsync(context, connection, session, request.Subscription);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        finally
        {
            await session.CloseAsync();
        }
    }

    // All that a stream can be refused for is said before it begins, as the status of the answer.
    private static async Task StreamAsync(HttpContext context, SseConnection connection, Session session, SubscribeRequest request)
    {
        var decision = await session.MakeSubscriptionAsync(request, context.RequestAborted);
        if (decision.IsRefused(out var refusal, out var made) || (refusal = await connection.BeginAsync(made.Joining)) is not null)
        {
            await Problem.WriteAsync(context, connection.ClosedBecause ?? refusal);
            return;
        }

        if (!(await session.CatchUpAsync(made, context.RequestAborted)).IsRefused(out _, out var answer))
        {
            connection.Tell(answer);
        }

        await connection.Ended;
    }
}
