using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Backplane;
using RealtimeGateway.Tests.Backplane.Redis;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>The twins on Redis between two nodes.</summary>
[TestFixture]
public sealed class RedisControlLogTests : ControlLogSpecification
{
    private RedisServer _redis = null!;

    protected override async Task CreateBackplaneAsync() => _redis = await RedisServer.StartAsync();

    protected override async Task FreeBackplaneAsync() => await _redis.DisposeAsync();

    internal override Task<TestGateway> CreateNodeAsync(Node node, IEnumerable<(string Key, string Value)> settings) =>
        TestGateway.StartAsync(settings.Append(("Redis:Configuration", _redis.Address)), services => services.AddSingleton(node));

    internal override async Task<IAsyncDisposable> AddStuckNodeAsync(string name) => await RedisNode.StartAsync(_redis, "rtg:", new Node(name), appliesNothingMore: true);
}
