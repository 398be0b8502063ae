using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>Who asks by a single request, without a session.</summary>
internal sealed class RequestCaller(Admitted admitted, RateLimiter limiter) : ICaller
{
    public Identity Identity => admitted.Identity;

    public Error? Charge(Operation operation, int times = 1) => limiter.Charge(operation, admitted.CountedAs, times);
}
