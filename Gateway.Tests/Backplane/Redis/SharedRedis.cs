using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>One Redis for all tests that leave it as it is, each under a prefix of its own.</summary>
[SetUpFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class SharedRedis
{
    public static RedisServer Server { get; private set; } = null!;

    /// <summary>A prefix that nobody else uses.</summary>
    public static string NewPrefix() => $"t{Guid.NewGuid():N}:";

    [OneTimeSetUp]
    public async Task StartAsync() => Server = await RedisServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await Server.DisposeAsync();
}
