using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>The specification over Redis.</summary>
[TestFixture]
public sealed class RedisHubNodesTests : HubNodesSpecification
{
    internal override async Task<ISharedBackplane> CreateBackplaneAsync() => new SharedRedis(await RedisServer.StartAsync());

    private sealed class SharedRedis(RedisServer server) : ISharedBackplane
    {
        public Task<TestGateway> StartNodeAsync() => TestGateway.StartAsync([("Redis:Configuration", server.Address)]);

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
