using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Tests.Bench;

[TestFixture]
public sealed class LedgerTests
{
    [Test]
    public void Publication_IsInFlight_UntilEverySubscriberHasIt()
    {
        var ledger = new Ledger();
        var publication = ledger.Begin(scheduled: 100, audience: 2);

        ledger.Deliver(publication, now: 150);

        Assert.That((ledger.InFlight, ledger.TryTakeCompletion(out _)), Is.EqualTo((1, false)));

        ledger.Deliver(publication, now: 170);

        Assert.That(ledger.InFlight, Is.Zero);
        Assert.That((ledger.TryTakeCompletion(out var completed), completed), Is.EqualTo((true, 170L)));
        Assert.That(ledger.TryTakeCompletion(out _), Is.False);
    }

    [Test]
    public void Delivery_IsAStray_WhenNobodyWaitsForIt()
    {
        var ledger = new Ledger();
        var publication = ledger.Begin(scheduled: 0, audience: 1);
        ledger.Deliver(publication, now: 1);

        ledger.Deliver(publication, now: 2);
        ledger.Deliver(publication + 1, now: 3);

        Assert.That((ledger.Deliveries, ledger.Strays), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void Latency_IsThatSinceThePublicationWasDue()
    {
        var ledger = new Ledger();
        var histogram = ledger.Latencies = new Histogram();

        ledger.Deliver(ledger.Begin(scheduled: 1_000, audience: 1), now: 5_000);

        Assert.That(histogram.Max, Is.EqualTo(System.Diagnostics.Stopwatch.GetElapsedTime(1_000, 5_000)));
    }
}
