using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using RealtimeGateway.Edges.WebSockets;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Puts WebSockets of the gateway's in front of SignalR's: its own have two pipes more in each direction. SignalR keeps what is not for
/// them: the other transports, and servers or protocols that hand no connection over, such as HTTP/2.
/// </summary>
internal static class HubWebSockets
{
    /// <summary>Takes the WebSockets of these endpoints.</summary>
    /// <param name="endpoints">SignalR's, with its negotiation.</param>
    /// <param name="services">The host's.</param>
    /// <param name="connect">What a connection passes, up to the hub.</param>
    public static TBuilder TakeWebSockets<TBuilder>(this TBuilder endpoints, IServiceProvider services, Action<IConnectionBuilder> connect)
        where TBuilder : IEndpointConventionBuilder
    {
        var connections = new ConnectionBuilder(services);
        connect(connections);
        var taken = new Taken(connections.Build(), services.GetRequiredService<ConnectionTokens>());
        endpoints.Finally(endpoint =>
        {
            var stock = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = endpoint.Metadata.OfType<NegotiateMetadata>().Any()
                ? context => taken.NegotiateAsync(context, stock)
                : context => taken.ConnectAsync(context, stock);
        });
        return endpoints;
    }

    private sealed class Taken(ConnectionDelegate connected, ConnectionTokens tokens)
    {
        /// <summary>SignalR answers, and the gateway remembers what.</summary>
        public async Task NegotiateAsync(HttpContext context, RequestDelegate stock)
        {
            var body = context.Response.Body;
            using var answer = new MemoryStream();
            context.Response.Body = answer;
            try
            {
                await stock(context);
            }
            finally
            {
                context.Response.Body = body;
            }

            var bytes = answer.GetBuffer().AsMemory(0, (int)answer.Length);
            if (context.Response.StatusCode == StatusCodes.Status200OK
                && NegotiateProtocol.ParseResponse(bytes.Span) is { ConnectionToken: { } token, ConnectionId: { } id })
            {
                tokens.Add(token, id);
            }

            await body.WriteAsync(bytes, context.RequestAborted);
        }

        public Task ConnectAsync(HttpContext context, RequestDelegate stock)
        {
            var token = LiveTransports.TokenOf(context);
            if (WebSocketHandshake.IsAskedFor(context) && (token is null ? ConnectionIds.New() : tokens.TakeUp(token)) is { } id)
            {
                return RunAsync(context, id);
            }

            if (token is null || tokens.TryLeaveToSignalR(token))
            {
                return stock(context); // It knows what to say to a token that is none.
            }

            context.Response.StatusCode = StatusCodes.Status409Conflict;
            return Task.CompletedTask;
        }

        // What is accepted at once, as mostly, leaves nothing behind that would be kept with the connection.
        private Task RunAsync(HttpContext context, string id)
        {
            var accepting = WebSocketHandshake.AcceptAsync(context);
            return accepting.IsCompletedSuccessfully ? GoOnAsync(accepting.Result) : AcceptFirstAsync();

            async Task AcceptFirstAsync() => await GoOnAsync(await accepting);

            Task GoOnAsync(Stream stream) => connected(new WebSocketConnection(id, stream, context));
        }
    }
}
