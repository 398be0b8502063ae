using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>The time that is measured of a load, and what is made of it when all has settled.</summary>
internal sealed class Window
{
    // Beyond it what is measured is the driver.
    private const double MostDriverBusy = 0.95;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Arrangement _arrangement;
    private readonly IReadOnlyList<int> _processes;
    private readonly Histogram _latencies = new();
    private readonly Sample _before;

    private Window(Arrangement arrangement)
    {
        _arrangement = arrangement;
        _processes = arrangement.Server.Processes;
        arrangement.Ledger.Latencies = _latencies;
        _before = Sample.Take(arrangement, _processes);
    }

    public static Window Open(Arrangement arrangement) => new(arrangement);

    /// <summary>Ends it, waits until nothing is in flight, and judges.</summary>
    /// <param name="invalid">What the load has against it; null for nothing.</param>
    public Measurement Close(string? invalid = null)
    {
        var after = Sample.Take(_arrangement, _processes);
        _arrangement.Ledger.Latencies = null;
        _ = _arrangement.Reactor.Until(() => _arrangement.IsSettled || _arrangement.Failure is not null, Patience);

        var seconds = Stopwatch.GetElapsedTime(_before.Time, after.Time).TotalSeconds;
        var publications = (double)(after.Publications - _before.Publications) * _arrangement.BatchSize;
        var deliveries = (double)(after.Deliveries - _before.Deliveries);
        var server = after.ServerCpu - _before.ServerCpu;
        var driverBusy = 1 - ((after.DriverRested - _before.DriverRested).TotalSeconds / seconds);
        return new Measurement(invalid ?? WhyInvalid(deliveries, driverBusy), new Dictionary<string, double>
        {
            [Metrics.CpuPerDelivery] = server.TotalMicroseconds / deliveries,
            [Metrics.CpuPerPublication] = server.TotalMicroseconds / publications,
            [Metrics.Deliveries] = deliveries / seconds,
            [Metrics.Publications] = publications / seconds,
            [Metrics.P50] = _latencies.Percentile(0.5).TotalMicroseconds,
            [Metrics.P90] = _latencies.Percentile(0.9).TotalMicroseconds,
            [Metrics.P99] = _latencies.Percentile(0.99).TotalMicroseconds,
            [Metrics.Max] = _latencies.Max.TotalMicroseconds,
            [Metrics.ServerBusy] = server.TotalSeconds / seconds,
            [Metrics.DriverBusy] = driverBusy,
        });
    }

    private string? WhyInvalid(double deliveries, double driverBusy) =>
        _arrangement.Failure is { } failure ? failure
        : !_arrangement.IsSettled ? $"{_arrangement.Ledger.InFlight} publications did not come to all, or were not answered."
        : _arrangement.Wrong > 0 ? $"{_arrangement.Wrong} subscribers did not get each publication once."
        : deliveries == 0 ? "Nothing was delivered."
        : driverBusy > MostDriverBusy ? FormattableString.Invariant($"The driver was busy for {driverBusy:P0} of the time.")
        : null;
}
