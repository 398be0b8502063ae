using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Tests.Bench;

[TestFixture]
public sealed class HistogramTests
{
    [TestCase(0.5)]
    [TestCase(0.9)]
    [TestCase(0.99)]
    [TestCase(1)]
    public void Percentile_IsExactToThreeHundredths(double share)
    {
        var random = new Random(1);
        var ticks = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 25)).Order().ToArray();
        var histogram = new Histogram();
        foreach (var time in ticks)
        {
            histogram.Record(time);
        }

        var exact = Stopwatch.GetElapsedTime(0, ticks[(int)Math.Ceiling(ticks.Length * share) - 1]);
        Assert.That(histogram.Percentile(share), Is.InRange(exact, exact * 1.04));
    }

    [Test]
    public void Percentile_IsZero_WhenThereIsNothing() => Assert.That(new Histogram().Percentile(0.5), Is.EqualTo(TimeSpan.Zero));
}
