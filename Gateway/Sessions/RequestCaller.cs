using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>Who asks by a single request, without a session.</summary>
internal sealed class RequestCaller(Admitted admitted, Admission admission, RateLimiter limiter) : ICaller
{
    private Admitted _admitted = admitted;

    /// <summary>A request has no connection that others could know; a guest is another with each.</summary>
    public string ConnectionId { get; } = Guid.CreateVersion7().ToString("N");

    /// <summary>Who was admitted.</summary>
    public Admitted Admitted => _admitted;

    // What he showed may count no longer before the request is answered.
    public Identity Identity
    {
        get
        {
            if (admission.Review(_admitted).IsRefused(out _, out var left))
            {
                return Identity.Guest;
            }

            _admitted = left.IsStill(_admitted) ? _admitted : left;
            return _admitted.Identity;
        }
    }

    public Error? Charge(Operation operation, int times = 1) => limiter.Charge(operation, _admitted.CountedAs, times);
}
