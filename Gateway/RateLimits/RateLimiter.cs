using System.Threading.RateLimiting;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.RateLimits;

/// <summary>
/// Counts what everybody does, and says who does too much of it. The library keeps the buckets, one for each who, operation and
/// rule, and forgets those that nobody uses: a rule that is changed begins with full ones, and the others go on.
/// </summary>
internal sealed class RateLimiter(Live<RateRules> rules, TimeProvider time) : IDisposable
{
    // Who has this many refusals at once, or a tenth of them a second for long, does not listen.
    private static readonly RateRule Patience = new(Permits: 100, Window: TimeSpan.FromSeconds(10));

    // Nobody who has a credential comes near it, and nobody finds one that was drawn at random by trying.
    private static readonly RateRule Guesses = new(Permits: 100, Window: TimeSpan.FromMinutes(1), Message: "Too many wrong credentials came from this address.");

    private readonly PartitionedRateLimiter<Bucket> _buckets = Create(bucket => new TokenBucket(bucket.Rule, time));

    /// <summary>Counts, and refuses what exceeds a rule. Every rule before that one has counted it.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="who">Who does it.</param>
    /// <param name="times">How many times; what names nothing is once. What no rule ever permits at once is <c>limit_exceeded</c>.</param>
    public Error? Charge(Operation operation, string who, int times = 1)
    {
        var inForce = rules.Current.Of(operation);
        for (var i = 0; i < inForce.Count; i++)
        {
            var rule = inForce[i];
            if (times > rule.Permits)
            {
                return new Error(ErrorCodes.LimitExceeded, $"{Sentence(operation, rule)} This would be {times} at once; ask for fewer.");
            }

            using var lease = _buckets.AttemptAcquire(new Bucket(operation, i, who, rule), Math.Max(times, 1));
            if (!lease.IsAcquired)
            {
                return new Error(ErrorCodes.RateLimited, rule.Message ?? Sentence(operation, rule), RetryAfterOf(lease));
            }
        }

        return null;
    }

    /// <summary>
    /// Why no credential from there is looked at now, right or wrong; null if they are. Who guesses is not told when he has guessed right.
    /// </summary>
    public Error? FindTooManyGuesses(string who)
    {
        using var lease = _buckets.AttemptAcquire(new Bucket(null, 0, who, Guesses), permitCount: 0);
        return lease.IsAcquired ? null : new Error(ErrorCodes.RateLimited, Guesses.Message!, RetryAfterOf(lease));
    }

    /// <summary>Counts a wrong credential.</summary>
    public void CountGuess(string who) => _buckets.AttemptAcquire(new Bucket(null, 0, who, Guesses)).Dispose();

    /// <summary>Counts a refusal; true when this connection has had so many that it is to be closed.</summary>
    public bool CountRefusal(string connectionId)
    {
        using var lease = _buckets.AttemptAcquire(new Bucket(null, 0, connectionId, Patience));
        return !lease.IsAcquired;
    }

    public void Dispose() => _buckets.Dispose();

    // The factory is one object for all: it is asked for with each charge.
    private static PartitionedRateLimiter<Bucket> Create(Func<Bucket, System.Threading.RateLimiting.RateLimiter> factory) =>
        PartitionedRateLimiter.Create<Bucket, Bucket>(bucket => RateLimitPartition.Get(bucket, factory));

    private static string Sentence(Operation operation, RateRule rule) =>
        $"{operation} is allowed {rule.Permits} times in {rule.Window}.";

    private static int RetryAfterOf(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;

    /// <summary>Which bucket.</summary>
    /// <param name="Operation">What it counts; null for what the rule alone tells.</param>
    /// <param name="Place">Where its rule stands among those of the operation.</param>
    /// <param name="Who">Whose it is.</param>
    /// <param name="Rule">How much goes into it.</param>
    private readonly record struct Bucket(Operation? Operation, int Place, string Who, RateRule Rule);
}
