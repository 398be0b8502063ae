using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Backplane.Redis;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>The twins on Redis between two nodes.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RedisControlLogTests : ControlLogSpecification
{
    private RedisServer _redis = null!;

    protected override async Task<IAsyncDisposable> CreateBackplaneAsync() => _redis = await RedisServer.StartAsync();

    internal override Task<TestGateway> CreateNodeAsync(Node node, IEnumerable<(string Key, string Value)> settings) =>
        TestGateway.StartAsync(settings.Append(("Redis:Configuration", _redis.Address)), services => services.AddSingleton(node));

    internal override async Task<IAsyncDisposable> AddStuckNodeAsync(string name) => await RedisNode.StartAsync(_redis, "rtg:", new Node(name), appliesNothingMore: true);

    [Test]
    public async Task EmptiedRedis_IsToldAgainWhatWasRevoked_AndANodeThatStartsAfterwardsKnowsIt()
    {
        var old = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(2));
        await Revoker(One).RevokeUserAsync("ann");
        await _redis.CommandAsync("FLUSHALL");
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (!await IsCompleteAsync("last"))
        {
            await Task.Delay(50, timeout.Token); // The nodes find out that the store is another one.
        }

        await AssertIsRefusedAsync(await StartNodeAsync("three"), old);
        await AssertIsRefusedAsync(Two, old);

        async Task<bool> IsCompleteAsync(string userId)
        {
            try
            {
                return (await Revoker(One).RevokeUserAsync(userId)).OrThrow().Complete;
            }
            catch (RealtimeException)
            {
                return false;
            }
        }
    }
}
