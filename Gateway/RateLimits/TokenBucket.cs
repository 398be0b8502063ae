using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace RealtimeGateway.RateLimits;

/// <summary>
/// What may still be done by one rule. It is counted when it is asked for and not by a timer, as the library's own would be: that
/// one is up to a tenth of a second late, so a client that comes back when it was told is refused again, and one that stood full
/// is filled once more for all that time as soon as something is taken.
/// </summary>
internal sealed class TokenBucket(RateRule rule, TimeProvider time) : System.Threading.RateLimiting.RateLimiter
{
    private readonly Lock _lock = new();
    private readonly long _begun = time.GetTimestamp();

    // When all that was taken is back, in ticks since the beginning. It is a window ahead at most.
    private long _fullAt;

    /// <summary>For how long nothing has been missing; the library forgets a bucket by that.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_lock)
            {
                var idle = NowNeedsLock() - _fullAt;
                return idle < 0 ? null : TimeSpan.FromTicks(idle);
            }
        }
    }

    public override RateLimiterStatistics? GetStatistics() => null;

    // None at all asks whether there is one, and takes nothing.
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_lock)
        {
            var now = NowNeedsLock();
            var fullAt = Math.Max(_fullAt, now) + (rule.Window.Ticks * Math.Max(permitCount, 1) / rule.Permits);
            if (fullAt - now > rule.Window.Ticks)
            {
                return new Lease(TimeSpan.FromTicks(fullAt - now) - rule.Window);
            }

            _fullAt = permitCount == 0 ? _fullAt : fullAt;
            return Lease.Granted;
        }
    }

    // Nobody waits here: what is refused is told when to come back.
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(permitCount));

    private long NowNeedsLock() => time.GetElapsedTime(_begun).Ticks;

    private sealed class Lease(TimeSpan? wait) : RateLimitLease
    {
        public static Lease Granted { get; } = new(wait: null);

        public override bool IsAcquired => wait is null;

        public override IEnumerable<string> MetadataNames => wait is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
