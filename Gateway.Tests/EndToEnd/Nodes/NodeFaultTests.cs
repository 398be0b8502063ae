using System.Diagnostics;
using System.Net;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>A node dies, or stands still while the others go on (promises 4, 9 and 10).</summary>
[TestFixture]
public sealed class NodeFaultTests : FaultTests
{
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task KilledNode_ItsClientsRecoverElsewhere_AndWhoDoesNotComeBackIsNoMember()
    {
        const int Clients = 300;
        const int Gone = 10;
        await using var scenario = await Scenario.StartAsync(Cluster, "dead", perSecond: 60);
        var (dying, crowd) = (Cluster.Nodes[2], scenario.Channels[0]);
        var clients = new List<Reader>();
        foreach (var some in Enumerable.Range(0, Clients + Gone).Chunk(31))
        {
            clients.AddRange(await Task.WhenAll(some.Select(_ => scenario.ReadAsync(dying, [crowd]))));
        }

        await LastAsync(1);
        clients.Take(Gone).ToList().ForEach(client => client.ComesBack = false);
        await dying.KillAsync();
        var since = Stopwatch.StartNew();
        var top = (await scenario.PublishAsync(Cluster.Nodes[0], crowd))!;
        await Task.WhenAll(clients.Skip(Gone).Select(client => client.ReachAsync(crowd, top))).WaitAsync(TimeSpan.FromSeconds(15));
        var returned = since.Elapsed;
        await scenario.UntilMembersAreRightAsync(TimeSpan.FromSeconds(20) - since.Elapsed);
        await TestContext.Out.WriteLineAsync($"All were back after {returned}, and the members right after {since.Elapsed}.");

        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(clients.Skip(Gone).Select(client => client.LogOf(crowd).Subscriptions[^1].Recovered), Has.All.True);
            Assert.That(clients.Skip(Gone).Select(client => client.Subscriptions), Has.All.EqualTo(2));
            Assert.That(findings.NotRecovered, Is.Empty);
            Assert.That(findings.Gaps, Is.Empty);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task NodeThatStandsStill_DeliversNothingStale_WhenItGoesOn()
    {
        const string Room = "team:blue:still";
        await using var scenario = await Scenario.StartAsync(Cluster, "still", perSecond: 100);
        var (still, other) = (Cluster.Nodes[2], Cluster.Nodes[0]);
        var patient = TimeSpan.FromMinutes(2);
        var ann = await scenario.ReadAsync(still, [Room], $"ann-{Guid.NewGuid():n}", patient, "blue");
        await scenario.ReadAsync(other, [Room], $"ben-{Guid.NewGuid():n}", patience: null, "blue");
        await scenario.ReadAsync(still, patience: patient);
        await scenario.PublishAsync(other, Room);
        await LastAsync(1);

        await still.PauseAsync();
        var since = Stopwatch.StartNew();
        var (pending, complete) = (0, TimeSpan.Zero);
        while (complete == TimeSpan.Zero)
        {
            await scenario.PublishAsync(other, Room); // It lies in the still node's way.
            var (status, isComplete, nodes) = await scenario.Api.RevokeAsync(other, ann.UserId);
            Assert.That(status, Is.EqualTo(isComplete ? HttpStatusCode.OK : HttpStatusCode.Accepted));
            Assert.That(nodes, Has.Count.EqualTo(isComplete ? 0 : 1), "the node that stands still");
            Assert.That(since.Elapsed, Is.LessThan(TimeSpan.FromSeconds(38)), "its lease has ended by now");
            pending += isComplete ? 0 : 1;
            complete = isComplete ? since.Elapsed : TimeSpan.Zero;
            await LastAsync(isComplete ? 0 : 0.5);
        }

        scenario.Checker.Revoked(ann.UserId, Room);
        for (var i = 0; i < 20; i++)
        {
            await scenario.PublishAsync(other, Room);
        }

        await LastAsync(Math.Max(0, 40 - since.Elapsed.TotalSeconds));
        await still.ContinueAsync();
        var back = await scenario.UntilServiceIsBackAsync([still]);
        for (var i = 0; i < 20; i++)
        {
            await scenario.PublishAsync(still, Room);
        }

        await LastAsync(2);
        var findings = await scenario.EndAsync();
        await TestContext.Out.WriteLineAsync($"Complete after {complete}, and {pending} times pending before.");
        Assert.Multiple(() =>
        {
            Assert.That(ann.IsSubscribed && !ann.Revoked.Contains(Room), Is.False, "ann is out");
            Assert.That(back, Is.LessThan(LongestReturn));
            Assert.That(findings.NotRecovered, Is.Empty);
            Assert.That(findings.Gaps, Is.Empty);
        });
    }
}
