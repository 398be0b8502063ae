using System.Text;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Whoever else can write to Redis: nothing of it reaches a client, and nothing breaks.</summary>
[TestFixture]
public sealed class HostileBytesTests : FaultTests
{
    private const int Seed = 20300102;

    [Test]
    [RealTime(bearableSeconds: 0.2)]
    public async Task Bytes_ThatNoGatewayWrote_ReachNobody_AndStopNothing()
    {
        await using var scenario = await Scenario.StartAsync(Cluster, "hostile", perSecond: 100);
        using var peer = await RedisPeer.ConnectAsync(Cluster.Redis);
        var random = new Random(Seed);
        var heard = 0L;
        for (var round = 0; round < 20; round++)
        {
            foreach (var channel in await peer.ChannelsAsync())
            {
                heard += await peer.PublishAsync(channel, HostileBytes.Next(random));
            }
        }

        await LastAsync(1);
        var findings = await scenario.EndAsync();
        await TestContext.Out.WriteLineAsync($"Seed {Seed}: {heard} were heard by a node.");
        Assert.Multiple(() =>
        {
            Assert.That(heard, Is.GreaterThan(20 * 3 * 3), "the nodes hear channels, in Redis, by these names");
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
            Assert.That(findings.Acknowledged, Is.GreaterThan(100));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.2)]
    public async Task Bytes_LikeThoseOfAGateway_ReachNobody_AndStopNothing()
    {
        // Early offsets, of which no single other bit makes the next one of the channel.
        const int Recorded = 3;
        const int More = 17;
        await using var scenario = new Scenario(Cluster, "alike");
        await Task.WhenAll(Cluster.Nodes.Select(node => scenario.ReadAsync(node)));
        using var ear = await RedisPeer.ConnectAsync(Cluster.Redis);
        using var peer = await RedisPeer.ConnectAsync(Cluster.Redis);
        await ear.ListenAsync();
        var messages = new List<(string Channel, byte[] Message)>();
        foreach (var channel in scenario.Channels)
        {
            for (var i = 0; i < Recorded; i++)
            {
                await scenario.PublishAsync(Cluster.Nodes[0], channel);
                messages.Add(await NextInAsync(ear, channel));
            }
        }

        foreach (var channel in scenario.Channels)
        {
            for (var i = 0; i < More; i++)
            {
                await scenario.PublishAsync(Cluster.Nodes[0], channel);
            }
        }

        var random = new Random(Seed);
        var published = 0;
        foreach (var (channel, message) in messages)
        {
            // Without a position, what a gateway wrote and what only looks so cannot be told apart; half of it can.
            var hasPosition = channel.Contains("chat:", StringComparison.Ordinal);
            foreach (var forged in hasPosition ? HostileBytes.Like(message, random) : HostileBytes.PartsOf(message))
            {
                Assert.That(await peer.PublishAsync(channel, forged), Is.GreaterThanOrEqualTo(Cluster.Nodes.Count));
                published++;
            }
        }

        foreach (var node in Cluster.Nodes)
        {
            foreach (var channel in scenario.Channels)
            {
                await scenario.PublishAsync(node, channel);
            }
        }

        var findings = await scenario.EndAsync();
        await TestContext.Out.WriteLineAsync($"Seed {Seed}: {published} were published, such as {Encoding.Latin1.GetString(messages[0].Message)}");
        Assert.Multiple(() =>
        {
            Assert.That(published, Is.GreaterThan(1000));
            Assert.That(findings.Gaps, Is.Empty);
            Assert.That(scenario.Readers.Select(reader => reader.Subscriptions), Has.All.EqualTo(1), "connections stay");
        });
    }

    private static async Task<(string Channel, byte[] Message)> NextInAsync(RedisPeer ear, string channel)
    {
        while (true)
        {
            var next = await ear.NextAsync();
            if (next.Channel.Contains(channel, StringComparison.Ordinal))
            {
                return next;
            }
        }
    }
}
