using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Several nodes over one Redis, of which nothing breaks.</summary>
[TestFixture]
public sealed class ClusterTests : FaultTests
{
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task EveryNode_BringsWhatIsPublishedOnAny_OnceAndInOrder()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "whole");
        await LastAsync(3);
        var findings = await scenario.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(findings.NotRecovered, Is.Empty);
            Assert.That((findings.Unknown, findings.Refused), Is.EqualTo((0, 0)));
            Assert.That(findings.Acknowledged, Is.GreaterThan(500));
            Assert.That(findings.Delivered, Is.GreaterThanOrEqualTo(findings.Acknowledged * Cluster.Nodes.Count * 4));
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1));
        });
    }
}
