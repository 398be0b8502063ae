using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>What has been used up to a moment.</summary>
/// <param name="Time">The moment, by <see cref="Stopwatch"/>.</param>
/// <param name="Publications">That have begun.</param>
/// <param name="Deliveries">That have come.</param>
/// <param name="ServerCpu">CPU time of the server.</param>
/// <param name="DriverCpu">CPU time of the driver.</param>
internal sealed record Sample(long Time, int Publications, long Deliveries, TimeSpan ServerCpu, TimeSpan DriverCpu)
{
    public static Sample Take(Ledger ledger, IEnumerable<int> server) =>
        new(Stopwatch.GetTimestamp(), ledger.Publications, ledger.Deliveries, CpuTime.Of(server), CpuTime.OfDriver);
}
