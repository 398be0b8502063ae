using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>The specification over Redis.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RedisHubNodesTests : HubNodesSpecification
{
    private RedisServer _server = null!;

    internal override async Task<ISharedBackplane> CreateBackplaneAsync() => new SharedRedis(_server = await RedisServer.StartAsync());

    [Test]
    public async Task CutLink_IsRestored_AndSendsReachTheOtherNodeAgain()
    {
        var there = await Listener.ConnectAsync(Other, userId: null);
        await _server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
        var next = there.NextAsync();
        while (!next.IsCompleted)
        {
            // What is sent until then is lost, as all that is kept nowhere.
            await Hub.Clients.All.SendAsync("Told", "hello");
            await Task.WhenAny(next, Task.Delay(20));
        }

        Assert.That(await next, Is.EqualTo("hello"));
    }

    private sealed class SharedRedis(RedisServer server) : ISharedBackplane
    {
        public Task<TestGateway> StartNodeAsync() => TestGateway.StartAsync([("Redis:Configuration", server.Address)]);

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
