using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;

namespace RealtimeGateway.Tests.Bench;

[TestFixture]
public sealed class CaseResultTests
{
    private static readonly string[] Compared = [Metrics.CpuPerDelivery];

    [Test]
    public void Ratio_IsTheMedianOfPairs_AndOneThatIsInvalidIsInNone()
    {
        var result = Of(pairs: 3, reference: [10, null, 20, 40, 10], other: [5, 1, 20, 30, null]);

        Assert.That(result.Ratio(result.Series[1], Metrics.CpuPerDelivery), Is.EqualTo(new Ratio(3, 0.75, 0.5, 1)));
        Assert.That(result.TooFew, Is.Empty);
    }

    [Test]
    public void Series_HasTooFewPairs_WhenTooManyAreInvalid()
    {
        var result = Of(pairs: 3, reference: [10, 10, 10, 10], other: [5, null, null, 5]);

        Assert.That(result.TooFew, Is.EqualTo(["other"]));
    }

    [Test]
    public void Mean_IsInvalid_WhenOneOfItsTurnsIs()
    {
        Assert.That(Measurement.Mean([Cpu(2), Cpu(4)]).Values[Metrics.CpuPerDelivery], Is.EqualTo(3));
        Assert.That(Measurement.Mean([Cpu(2), Cpu(null), Cpu(4)]).Invalid, Is.Not.Null);
    }

    private static CaseResult Of(int pairs, double?[] reference, double?[] other) => new("window", Compared, pairs, [
        new SeriesResult("reference", null, [.. reference.Select(Cpu)]),
        new SeriesResult("other", "reference", [.. other.Select(Cpu)]),
    ]);

    private static Measurement Cpu(double? value) =>
        value is { } cpu ? new Measurement(null, new Dictionary<string, double> { [Metrics.CpuPerDelivery] = cpu }) : Measurement.Failed("It was lost.");
}
