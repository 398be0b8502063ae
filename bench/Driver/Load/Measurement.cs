using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>What one arrangement did in one measurement.</summary>
/// <param name="Invalid">Why it measures nothing; null if it is valid.</param>
/// <param name="PublicationsPerSecond">That began.</param>
/// <param name="DeliveriesPerSecond">That came.</param>
/// <param name="CpuPerDelivery">Microseconds of the server's CPU time for each delivery.</param>
/// <param name="ServerBusy">The server's CPU time as a share of the time, 1 for one processor.</param>
/// <param name="DriverBusy">The driver's CPU time as a share of the time, 1 for one processor.</param>
/// <param name="P50">Microseconds from the time for which a publication was scheduled to a delivery: half of them take no longer.</param>
/// <param name="P90">The same of 90 %.</param>
/// <param name="P99">The same of 99 %.</param>
/// <param name="Max">The longest.</param>
internal sealed record Measurement(
    string? Invalid,
    double PublicationsPerSecond,
    double DeliveriesPerSecond,
    double CpuPerDelivery,
    double ServerBusy,
    double DriverBusy,
    double P50,
    double P90,
    double P99,
    double Max)
{
    // Beyond it what is measured is the driver.
    private const double MostDriverBusy = 0.95;

    /// <summary>Judges what happened between two samples of an arrangement, which has settled, or has not in its time.</summary>
    public static Measurement Of(Arrangement arrangement, Sample before, Sample after, Histogram latencies)
    {
        var seconds = Stopwatch.GetElapsedTime(before.Time, after.Time).TotalSeconds;
        var deliveries = after.Deliveries - before.Deliveries;
        var server = after.ServerCpu - before.ServerCpu;
        var driverBusy = (after.DriverCpu - before.DriverCpu).TotalSeconds / seconds;
        return new Measurement(
            WhyInvalid(arrangement, deliveries, driverBusy),
            (after.Publications - before.Publications) / seconds,
            deliveries / seconds,
            server.TotalMicroseconds / Math.Max(deliveries, 1),
            server.TotalSeconds / seconds,
            driverBusy,
            latencies.Percentile(0.5).TotalMicroseconds,
            latencies.Percentile(0.9).TotalMicroseconds,
            latencies.Percentile(0.99).TotalMicroseconds,
            latencies.Max.TotalMicroseconds);
    }

    private static string? WhyInvalid(Arrangement arrangement, long deliveries, double driverBusy) =>
        arrangement.Failure is { } failure ? failure
        : !arrangement.IsSettled ? $"{arrangement.Ledger.InFlight} publications did not come to all subscribers, or were not answered."
        : arrangement.Wrong > 0 ? $"{arrangement.Wrong} deliveries are wrong."
        : deliveries == 0 ? "Nothing was delivered."
        : driverBusy > MostDriverBusy ? FormattableString.Invariant($"The driver was busy for {driverBusy:P0} of the time.")
        : null;
}
