using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.Rest;

/// <summary>Answers a fault of the gateway as a problem that tells nothing of it; the log does.</summary>
internal sealed partial class FaultFilter(ILogger<FaultFilter> logger) : IEndpointFilter
{
    private static readonly Error Fault = new(ErrorCodes.Internal, "The gateway failed; whether this had an effect is unknown.");

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RealtimeException refused)
        {
            return Problem.Of(refused.Error);
        }
        catch (Exception exception) when (exception is not BadHttpRequestException && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            LogFault(context.HttpContext.GetEndpoint()?.DisplayName, exception);
            return Problem.Of(Fault);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A request to {Endpoint} failed.")]
    private partial void LogFault(string? endpoint, Exception exception);
}
