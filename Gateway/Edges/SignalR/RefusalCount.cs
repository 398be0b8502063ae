using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Counts the calls that reach a method of the hub and are refused there, those that want no answer included, and answers those
/// that something below the method refused.
/// </summary>
internal sealed class RefusalCount(GatewayMetrics metrics) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            var answer = await next(invocationContext);
            if (answer is Error refusal)
            {
                metrics.Refused(refusal.Code, GatewayMetrics.Surfaces.Hub);
            }

            return answer;
        }
        catch (RealtimeException refused)
        {
            // What a method depends on does not answer: a refusal like any other.
            metrics.Refused(refused.Error.Code, GatewayMetrics.Surfaces.Hub);
            return refused.Error;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            metrics.Refused(ErrorCodes.Internal, GatewayMetrics.Surfaces.Hub);
            throw;
        }
    }
}
