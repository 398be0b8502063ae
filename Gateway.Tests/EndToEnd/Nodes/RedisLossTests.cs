using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Redis comes back without all that it had, or without proof that it has it: everybody is told (promise 6).</summary>
[TestFixture]
public sealed class RedisLossTests : FaultTests
{
    [Test]
    public async Task Restart_WithItsAppendOnlyFile_BeginsNewEpochs_AndTellsEverybody()
    {
        await Cluster.Redis.CommandAsync("CONFIG", "SET", "appendfsync", "everysec");
        await Cluster.Redis.CommandAsync("CONFIG", "SET", "appendonly", "yes");
        await UntilRedisSaysAsync("aof_rewrite_in_progress:0");
        await AssertEverybodyIsToldAsync("aof", async () =>
        {
            await Cluster.Redis.CommandAsync("SET", "marker", "kept");
            await LastAsync(2); // It is on the disk by then.
            await Cluster.KillRedisAsync();
            await Cluster.RunRedisAsync("--appendonly", "yes", "--appendfsync", "everysec");
            Assert.That(await Cluster.Redis.CommandAsync("GET", "marker"), Is.EqualTo("kept"), "it has loaded what it had");
        });
    }

    [Test]
    public Task Restart_WithNothing_BeginsNewEpochs_AndTellsEverybody() => AssertEverybodyIsToldAsync("empty", async () =>
    {
        await Cluster.KillRedisAsync();
        RemoveFiles();
        await Cluster.RunRedisAsync();
    });

    [Test]
    public Task FlushAll_BeginsNewEpochs_AndTellsEverybody() =>
        AssertEverybodyIsToldAsync("flushed", () => Cluster.Redis.CommandAsync("FLUSHALL"));

    [Test]
    public Task OlderDump_BeginsNewEpochs_AndTellsEverybody() => AssertEverybodyIsToldAsync("older", async () =>
    {
        await Cluster.Redis.CommandAsync("SET", "marker", "older");
        Assert.That(await Cluster.Redis.CommandAsync("SAVE"), Is.EqualTo("OK"));
        await Cluster.Redis.CommandAsync("SET", "marker", "newer");
        var (dump, older) = (Path.Combine(Cluster.Redis.Folder, "dump.rdb"), Path.Combine(Cluster.Redis.Folder, "older.rdb"));
        File.Copy(dump, older);
        await LastAsync(2); // More is published.
        await Cluster.KillRedisAsync();
        RemoveFiles(except: older);
        File.Move(older, dump);
        await Cluster.RunRedisAsync();
        Assert.That(await Cluster.Redis.CommandAsync("GET", "marker"), Is.EqualTo("older"), "it has loaded the older one");
    });

    private async Task AssertEverybodyIsToldAsync(string name, Func<Task> lose)
    {
        await using var scenario = await Scenario.StartAsync(Cluster, name);
        string[] channels = [.. scenario.Channels.Where(channel => channel.StartsWith("chat:", StringComparison.Ordinal))];
        await LastAsync(2);
        var before = await Task.WhenAll(channels.Select(channel => scenario.PublishAsync(Cluster.Nodes[0], channel)));
        await lose();
        var back = await scenario.UntilServiceIsBackAsync(Cluster.Nodes);
        await LastAsync(2);

        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(back, Is.LessThan(LongestReturn));
            foreach (var (channel, position) in channels.Zip(before))
            {
                Assert.That(scenario.Checker.TopOf(channel)!.Epoch, Is.Not.EqualTo(position!.Epoch), "a new epoch");
                Assert.That(scenario.Readers.Select(reader => reader.LogOf(channel)), Has.All.Matches<SubscriberLog>(WasTold), channel);
            }

            Assert.That(findings.Acknowledged, Is.GreaterThan(300));
        });
    }

    private static bool WasTold(SubscriberLog log) =>
        log.Gaps.ContainsKey(RecoveryReasons.EpochChanged)
        || log.Subscriptions.Any(subscription => subscription is { Recovered: false, Reason: RecoveryReasons.EpochChanged });

    private void RemoveFiles(string? except = null)
    {
        foreach (var file in Directory.EnumerateFiles(Cluster.Redis.Folder, "*", SearchOption.AllDirectories).Where(file => file != except))
        {
            File.Delete(file);
        }
    }

    private async Task UntilRedisSaysAsync(string line)
    {
        using var timeout = new CancellationTokenSource(Support.Bounds.Timeout);
        while (!(await Cluster.Redis.CommandAsync("INFO", "persistence")).Contains(line, StringComparison.Ordinal))
        {
            await Task.Delay(50, timeout.Token);
        }
    }
}
