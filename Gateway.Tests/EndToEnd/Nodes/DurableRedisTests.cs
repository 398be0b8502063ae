namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Redis syncs each write to its disk before it answers, and the gateways are told so: a restart loses nothing.</summary>
[TestFixture]
public sealed class DurableRedisTests
{
    private static readonly string[] Synced = ["--appendonly", "yes", "--appendfsync", "always"];

    [Test]
    public async Task Restart_GoesOnInTheSameEpochs_AndLosesNothing()
    {
        await using var cluster = await Cluster.StartAsync(Synced, ("Gateway__Redis__Durable", "true"));
        await using var scenario = await Scenario.StartAsync(cluster, "durable");
        await Task.Delay(TimeSpan.FromSeconds(2)); // Something is published.
        var before = await scenario.PublishAsync(cluster.Nodes[0], scenario.Channels[0]);
        await cluster.KillRedisAsync();
        await cluster.RunRedisAsync(Synced);
        var back = await scenario.UntilServiceIsBackAsync(cluster.Nodes);
        await Task.Delay(TimeSpan.FromSeconds(2));

        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(back, Is.LessThan(TimeSpan.FromSeconds(7)));
            Assert.That(scenario.Checker.TopOf(scenario.Channels[0])!.Epoch, Is.EqualTo(before!.Epoch));
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(findings.NotRecovered, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
            Assert.That(findings.Acknowledged, Is.GreaterThan(300));
        });
    }
}
