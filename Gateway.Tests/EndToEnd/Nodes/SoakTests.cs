using System.Diagnostics;
using System.Globalization;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>One fault after another, at random, under load: <c>./soak.sh SECONDS</c>, or a minute among all tests.</summary>
[TestFixture]
public sealed class SoakTests : FaultTests
{
    private static readonly TimeSpan Duration =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("SOAK_SECONDS") ?? "60", CultureInfo.InvariantCulture));

    private const string Room = "team:blue:soak";

    private readonly DisorderTally _faults = new();
    private Queue<Fault> _next = new();
    private int _count;

    [Test]
    public async Task Faults_OneAfterAnother_BreakNoPromise()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("SOAK_SEED") ?? $"{Random.Shared.Next()}", CultureInfo.InvariantCulture);
        await TestContext.Progress.WriteLineAsync($"Soak of {Duration}, seed {seed} (SOAK_SEED).");
        var random = new Random(seed);
        await using var scenario = await Scenario.StartAsync(Cluster, "soak", perSecond: 200);
        await scenario.ReadAsync(Cluster.Nodes[0], [Room], userId: null, patience: null, "blue");
        using var stop = new CancellationTokenSource();
        var dropping = DropAsync(scenario, new Random(seed + 1), stop.Token);
        var since = Stopwatch.StartNew();
        while (since.Elapsed < Duration)
        {
            var calm = Stopwatch.StartNew();
            var seconds = 5 + (10 * random.NextDouble());
            await LastAsync(4);
            await RevokeOneAsync(scenario, random);
            await LastAsync(Math.Max(0, seconds - calm.Elapsed.TotalSeconds));
            await BreakAsync(random);
        }

        await stop.CancelAsync();
        await dropping;
        await Cluster.HealAsync();
        await LastAsync(2);
        await TestContext.Out.WriteLineAsync($"Seed {seed}: {_faults}.");
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(scenario.Checker.Revocations, Has.Count.GreaterThanOrEqualTo((int)(Duration.TotalSeconds / 25)));
            Assert.That(_count, Is.GreaterThanOrEqualTo((int)(Duration.TotalSeconds / 25)));
            Assert.That(findings.Acknowledged, Is.GreaterThan(40 * Duration.TotalSeconds));
            Assert.That(findings.Delivered, Is.GreaterThan(400 * Duration.TotalSeconds));
            Assert.That(findings.Recovered, Is.GreaterThan(Duration.TotalSeconds / 2));
        });
    }

    // Clients lose their connections all the time.
    private static async Task DropAsync(Scenario scenario, Random random, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!stop.IsCancellationRequested)
        {
            await scenario.Readers[random.Next(scenario.Readers.Count)].DropAsync();
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    // Somebody comes, has his tokens revoked on another node, and hears nothing of what is published after that was complete, also when
    // all that is to come has come.
    private async Task RevokeOneAsync(Scenario scenario, Random random)
    {
        var first = random.Next(Cluster.Nodes.Count);
        var (node, other) = (Cluster.Nodes[first], Cluster.Nodes[(first + 1) % Cluster.Nodes.Count]);
        var revoked = await scenario.ReadAsync(node, [Room], $"revoked-{Guid.NewGuid():n}", patience: null, "blue");
        await scenario.PublishAsync(other, Room);
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (!(await scenario.Api.RevokeAsync(other, revoked.UserId)).IsComplete)
        {
            await Task.Delay(100, timeout.Token);
        }

        scenario.Checker.Revoked(revoked.UserId, Room);
        for (var i = 0; i < 5; i++)
        {
            await scenario.PublishAsync(Cluster.Nodes[random.Next(Cluster.Nodes.Count)], Room);
        }

        _faults.Add("revocations");
    }

    private async Task BreakAsync(Random random)
    {
        // Each once before any of them again.
        if (_next.Count == 0)
        {
            var faults = FaultsOf(Cluster, random).ToArray();
            random.Shuffle(faults);
            _next = new(faults);
        }

        var node = Cluster.Nodes[random.Next(Cluster.Nodes.Count)];
        var seconds = 1 + (7 * random.NextDouble());
        var fault = _next.Dequeue();
        await TestContext.Progress.WriteLineAsync($"  {fault.Name}: {node.Name}, {seconds:f1} s");
        _faults.Add(fault.Name);
        _count++;
        await fault.BeginAsync(node);
        if (fault.EndAsync is { } endAsync)
        {
            await LastAsync(seconds);
            await endAsync(node);
        }
    }

    private static IEnumerable<Fault> FaultsOf(Cluster cluster, Random random) =>
    [
        new("subscribing links killed", _ => cluster.Redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub")),
        Fault.Of("mute subscribing links", node => node.Link.Stall(pubSubOnly: true), node => node.Link.Pass()),
        Fault.Of("links without answers", node => node.Link.Stall(toTarget: false), node => node.Link.Pass()),
        Fault.Of("stalled links", node => node.Link.Stall(), node => node.Link.Pass()),
        Fault.Of("cut links", node => node.Link.Cut(), node => node.Link.Pass()),
        new("pauses of Redis", _ => cluster.Redis.PauseAsync(), _ => cluster.Redis.ContinueAsync()),
        new("restarts of Redis with an older state", _ => RestoreAsync(cluster), _ => cluster.RunRedisAsync()),
        new("restarts of Redis with nothing", _ => EmptyAsync(cluster), _ => cluster.RunRedisAsync()),
        new("flushes", _ => cluster.Redis.CommandAsync("FLUSHALL")),
        new("full memories", _ => SetMemoryAsync(cluster, "1"), _ => SetMemoryAsync(cluster, "0")),
        new("killed nodes", node => node.KillAsync(), node => node.StartAsync()),
        new("pauses of nodes", node => node.PauseAsync(), node => node.ContinueAsync()),
        new("hostile bytes", _ => SayHostileBytesAsync(cluster, random)),
    ];

    private static async Task RestoreAsync(Cluster cluster)
    {
        await cluster.Redis.CommandAsync("SAVE");
        await LastAsync(1); // More is published.
        await cluster.KillRedisAsync();
    }

    private static async Task EmptyAsync(Cluster cluster)
    {
        await cluster.KillRedisAsync();
        File.Delete(Path.Combine(cluster.Redis.Folder, "dump.rdb"));
    }

    private static Task<string> SetMemoryAsync(Cluster cluster, string bytes) => cluster.Redis.CommandAsync("CONFIG", "SET", "maxmemory", bytes);

    private static async Task SayHostileBytesAsync(Cluster cluster, Random random)
    {
        using var peer = await RedisPeer.ConnectAsync(cluster.Redis);
        foreach (var channel in await peer.ChannelsAsync())
        {
            await peer.PublishAsync(channel, HostileBytes.Next(random));
        }
    }

    /// <summary>Something that breaks, of a node or of Redis.</summary>
    /// <param name="Name">What it is, in the plural.</param>
    /// <param name="BeginAsync">Breaks it.</param>
    /// <param name="EndAsync">Mends it after a while; null for what is over at once.</param>
    private sealed record Fault(string Name, Func<ClusterNode, Task> BeginAsync, Func<ClusterNode, Task>? EndAsync = null)
    {
        public static Fault Of(string name, Action<ClusterNode> begin, Action<ClusterNode> end) => new(name, Async(begin), Async(end));

        private static Func<ClusterNode, Task> Async(Action<ClusterNode> action) => node =>
        {
            action(node);
            return Task.CompletedTask;
        };
    }
}
