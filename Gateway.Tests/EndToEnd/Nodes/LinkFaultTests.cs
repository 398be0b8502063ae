using System.Diagnostics;
using System.Globalization;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>What is between a node and Redis breaks, or looks as if it did not (promises 2 to 6).</summary>
[TestFixture]
public sealed class LinkFaultTests : FaultTests
{
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task SubscribingLinks_KilledAgainAndAgain_LoseNothing()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "killed");
        var killed = 0;
        for (var i = 0; i < 16; i++)
        {
            await LastAsync(0.4);
            killed += int.Parse(await Cluster.Redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub"), CultureInfo.InvariantCulture);
        }

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(killed, Is.GreaterThan(16), "there were links to kill");
            Assert.That(findings.Gaps, Is.Empty, "all of it could be read from history");
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
            Assert.That(findings.Acknowledged, Is.GreaterThan(500));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task SubscribingLink_ThatStaysOpenAndDeliversNothing_IsNoticed_AndMissedByNobody()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "mute");
        var (deaf, other) = (Cluster.Nodes[0], Cluster.Nodes[1]);
        var idle = $"{scenario.Channels[0]}-idle";
        await scenario.ReadAsync(deaf, [idle]);
        var since = Stopwatch.StartNew();
        deaf.Link.Stall(pubSubOnly: true);
        var top = (await scenario.PublishAsync(other, idle))!;
        var busy = (await scenario.PublishAsync(other, scenario.Channels[0]))!;

        // On an idle channel within 10 s, though the link is as it was.
        await scenario.UntilAllHaveAsync(idle, top, TimeSpan.FromSeconds(12));
        await scenario.UntilAllHaveAsync(scenario.Channels[0], busy, TimeSpan.FromSeconds(1));
        await TestContext.Out.WriteLineAsync($"Brought after {since.Elapsed}.");
        await LastAsync(Math.Max(0, 15 - since.Elapsed.TotalSeconds));
        deaf.Link.Pass();

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
            Assert.That(scenario.Tally.Unanswered, Is.Zero);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task EveryLinkOfANode_ThatStaysOpenAndDeliversNothing_IsThatNodesTroubleOnly()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "cut-off");
        var (deaf, others) = (Cluster.Nodes[0], Cluster.Nodes.Skip(1));
        deaf.Link.Stall();
        var since = Stopwatch.StartNew();
        var refusal = await scenario.Api.PublishAsync(deaf, scenario.Channels[0], Sent(scenario));
        var refusedAfter = since.Elapsed;
        var elsewhere = await scenario.UntilServiceIsBackAsync(others);
        await LastAsync(Math.Max(0, 15 - since.Elapsed.TotalSeconds));
        deaf.Link.Pass();
        var back = await scenario.UntilServiceIsBackAsync([deaf]);

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(refusal.Code, Is.EqualTo("unavailable"));
            Assert.That(refusedAfter, Is.LessThan(LongestRefusal));
            Assert.That(scenario.Tally.SlowestRefusal, Is.LessThan(LongestRefusal));
            Assert.That(elsewhere, Is.LessThan(TimeSpan.FromSeconds(1)), "the others go on");
            Assert.That(back, Is.LessThan(LongestReturn));
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
        });
    }

    private static string Sent(Scenario scenario)
    {
        var text = Guid.NewGuid().ToString("n");
        scenario.Checker.Sending(scenario.Channels[0], text);
        return text;
    }
}
