using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>
/// The specification over the memory twin, which two gateways of one process share, with clients of each protocol; what it sends by hand
/// is JSON for both.
/// </summary>
[TestFixture("json")]
[TestFixture("messagepack")]
[Parallelizable(ParallelScope.Self)]
public sealed class MemoryHubNodesTests(string protocol) : HubNodesSpecification
{
    private protected override bool ClientsSpeakMessagePack => protocol == "messagepack";

    internal override Task<ISharedBackplane> CreateBackplaneAsync() => Task.FromResult<ISharedBackplane>(new SharedMemory());

    private sealed class SharedMemory : ISharedBackplane
    {
        private readonly MemoryBroker _broker = new(new MemoryBrokerOptions(1_000, 1_000_000), TimeProvider.System);
        private readonly MemoryDirectory _directory = new(TimeProvider.System, NullLogger<MemoryDirectory>.Instance);
        private readonly MemoryRecordStore _records = new(TimeProvider.System);

        public Task<TestGateway> StartNodeAsync() => TestGateway.StartAsync(services: services => services
            .AddSingleton<IBroker>(_broker)
            .AddSingleton<IDirectory>(_directory)
            .AddSingleton<IRecordStore>(_records));

        public ValueTask DisposeAsync()
        {
            _broker.Dispose();
            _directory.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
