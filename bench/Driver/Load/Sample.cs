using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>What has been used up to a moment.</summary>
/// <param name="Time">The moment, by <see cref="Stopwatch"/>.</param>
/// <param name="Publications">That have begun.</param>
/// <param name="Deliveries">That have come.</param>
/// <param name="ServerCpu">CPU time of the server.</param>
/// <param name="DriverRested">For which the driver has rested.</param>
internal sealed record Sample(long Time, int Publications, long Deliveries, TimeSpan ServerCpu, TimeSpan DriverRested)
{
    public static Sample Take(Arrangement arrangement, IEnumerable<int> processes) => new(
        Stopwatch.GetTimestamp(),
        arrangement.Ledger.Publications,
        arrangement.Ledger.Deliveries,
        CpuTime.Of(processes),
        arrangement.Reactor.Rested);
}
