using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What every call passes on its way to a method of the hub and back: a stop waits for it, what is refused there is counted, whether an
/// answer is wanted or not, and what something below the method refused is a refusal too.
/// </summary>
internal sealed class CallFilter(GatewayMetrics metrics) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        // One that wants no answer is over here.
        using var call = invocationContext.Context.Features.GetRequiredFeature<SignalRConnection>().BeginCall();
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
