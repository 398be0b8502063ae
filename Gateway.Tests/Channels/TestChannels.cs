using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Channels;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Channels;

/// <summary>What channels work with, over a memory backplane that is new and empty.</summary>
internal static class TestChannels
{
    public static ChannelServices Services(ManualTime time, IBroker? broker = null, int recoveryPublications = 10_000, int seamBytes = 64 * 1024) => new(
        broker ?? new MemoryBroker(new MemoryBrokerOptions(1_000, 1_000_000_000), time),
        new MemoryDirectory(time, NullLogger<MemoryDirectory>.Instance),
        new RecoveryLimits(recoveryPublications, seamBytes),
        TestMetrics.Unheard,
        time);
}
