using RealtimeGateway.RateLimits;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.RateLimits;

/// <summary>By what the library forgets a bucket: only one that stands full may go, or everybody would begin anew.</summary>
[TestFixture]
public sealed class TokenBucketTests
{
    [Test]
    public void Bucket_IsIdle_FromWhenItIsFullAgain()
    {
        var time = new ManualTime();
        using var bucket = new TokenBucket(new RateRule(Permits: 2, Window: TimeSpan.FromHours(2)), time);
        Assert.That(bucket.IdleDuration, Is.EqualTo(TimeSpan.Zero));
        using var taken = bucket.AttemptAcquire(2);
        Assert.That(bucket.IdleDuration, Is.Null);
        time.Advance(TimeSpan.FromMinutes(119));
        Assert.That(bucket.IdleDuration, Is.Null);
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.That(bucket.IdleDuration, Is.EqualTo(TimeSpan.FromMinutes(2)));
        using var one = bucket.AttemptAcquire(1);
        Assert.That(bucket.IdleDuration, Is.Null);
    }
}
