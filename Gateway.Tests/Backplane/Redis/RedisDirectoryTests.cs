using RealtimeGateway.Backplane;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>The twin on Redis, seen from two nodes. Its clock is that of Redis: graces are short, and time passes by waiting.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RedisDirectoryTests : DirectorySpecification
{
    private RedisNode _one = null!;
    private RedisNode _other = null!;

    protected override TimeSpan Grace => TimeSpan.FromSeconds(1.2);

    protected override int SequencesToTry => 8;

    protected override int RetriesOfASequence => 2;

    protected override int Disturbances => _one.Disturbances + _other.Disturbances;

    protected override TimeProvider Clock => TimeProvider.System;

    internal override async ValueTask<(IDirectory One, IDirectory Other)> CreateNodesAsync()
    {
        var prefix = SharedRedis.NewPrefix();
        _one = await RedisNode.StartAsync(SharedRedis.Server, prefix);
        _other = await RedisNode.StartAsync(SharedRedis.Server, prefix);
        return (_one.Directory, _other.Directory);
    }

    protected override Task PassAsync(TimeSpan time) => Task.Delay(time);

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }
}
