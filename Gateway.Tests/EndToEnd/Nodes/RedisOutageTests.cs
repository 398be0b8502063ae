using System.Diagnostics;
using System.Net;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Redis does not answer, or does not take anything, and loses nothing (promise 13).</summary>
[TestFixture]
public sealed class RedisOutageTests : FaultTests
{
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task Pause_RefusesPublishes_KeepsConnections_AndIsOverWhenItIsOver()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "paused");
        await LastAsync(1);
        await Cluster.Redis.PauseAsync();
        var since = Stopwatch.StartNew();
        var refused = await Task.WhenAll(Cluster.Nodes.Select(node => RefusedAfterAsync(scenario, node)));
        await LastAsync(Math.Max(0, 15 - since.Elapsed.TotalSeconds));
        var ready = await Task.WhenAll(Cluster.Nodes.Select(Cluster.AskReadyAsync));
        refused = [.. refused, .. await Task.WhenAll(Cluster.Nodes.Select(node => RefusedAfterAsync(scenario, node)))];
        var subscriptions = scenario.Readers.Select(reader => reader.Subscriptions).ToArray();
        await LastAsync(Math.Max(0, 20 - since.Elapsed.TotalSeconds));
        await Cluster.Redis.ContinueAsync();
        var back = await scenario.UntilServiceIsBackAsync(Cluster.Nodes);

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        await Cluster.HealAsync(); // Every node says again that it is ready.
        Assert.Multiple(() =>
        {
            Assert.That(refused.Select(refusal => refusal.Code), Has.All.EqualTo("unavailable"));
            Assert.That(refused.Select(refusal => refusal.After), Has.All.LessThan(LongestRefusal));
            Assert.That(scenario.Tally.SlowestRefusal, Is.LessThan(LongestRefusal));
            Assert.That(scenario.Tally.Unanswered, Is.Zero);
            Assert.That(scenario.Tally.Of("unavailable"), Is.GreaterThan(20));
            Assert.That(ready.Select(answer => answer.Status), Has.All.EqualTo(HttpStatusCode.OK));
            Assert.That(ready.Select(answer => answer.Body), Has.All.Contains("\"degraded\""));
            Assert.That(subscriptions, Has.All.EqualTo(1), "connections stay");
            Assert.That(back, Is.LessThan(LongestReturn));
            Assert.That(findings.Gaps, Is.Empty, "nothing was lost");
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task FullMemory_RefusesPublishes_AndLosesNothing()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "full");
        await LastAsync(2);
        await Cluster.Redis.CommandAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await Cluster.Redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        var refused = await Task.WhenAll(Cluster.Nodes.Select(node => RefusedAfterAsync(scenario, node)));
        await LastAsync(5);
        await Cluster.Redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        var back = await scenario.UntilServiceIsBackAsync(Cluster.Nodes);

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(refused.Select(refusal => refusal.Code), Has.All.EqualTo("unavailable"));
            Assert.That(scenario.Tally.SlowestRefusal, Is.LessThan(LongestRefusal));
            Assert.That(scenario.Tally.Of("unavailable"), Is.GreaterThan(20));
            Assert.That(back, Is.LessThan(LongestReturn));
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
        });
    }

    private static async Task<(string? Code, TimeSpan After)> RefusedAfterAsync(Scenario scenario, ClusterNode node)
    {
        var text = Guid.NewGuid().ToString("n");
        scenario.Checker.Sending(scenario.Channels[0], text);
        var since = Stopwatch.StartNew();
        var outcome = await scenario.Api.PublishAsync(node, scenario.Channels[0], text);
        return (outcome.Code, since.Elapsed);
    }
}
