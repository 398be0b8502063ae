using RealtimeGateway.Backplane;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>The twin on Redis, seen from two nodes.</summary>
[TestFixture]
public sealed class RedisBrokerTests : BrokerSpecification
{
    private RedisNode _one = null!;
    private RedisNode _other = null!;

    internal override async ValueTask<(IBroker One, IBroker Other)> CreateNodesAsync()
    {
        var prefix = SharedRedis.NewPrefix();
        _one = await RedisNode.StartAsync(SharedRedis.Server, prefix);
        _other = await RedisNode.StartAsync(SharedRedis.Server, prefix);
        return (_one.Broker, _other.Broker);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }
}
