using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Lets a refusal reach the client, where SignalR would hide an exception.</summary>
internal sealed class RefusalFilter : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (RealtimeException refusal)
        {
            throw new HubException(HubErrorText.Wrap(refusal.Error));
        }
    }
}
