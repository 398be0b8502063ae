using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Channels;

/// <summary>How a channel hands out what it hears.</summary>
[TestFixture]
public sealed class ChannelTests
{
    [Test]
    public async Task Publication_IsEncodedOnceForEachFormat_HoweverManyHearIt()
    {
        var broker = new MemoryBroker(new MemoryBrokerOptions(10, 1_000_000), new ManualTime());
        var channel = new Channel("chat:a", broker, new MemoryDirectory(new ManualTime(), NullLogger<MemoryDirectory>.Instance));
        var (one, other) = (new CountingEncoding(), new CountingEncoding());
        var audience = Enumerable.Range(0, 100).Select(i => new Listener($"c{i}", i % 2 == 0 ? one : other)).ToArray();
        foreach (var listener in audience)
        {
            await channel.TryJoinAsync(listener, retention: null, default);
        }

        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        Assert.Multiple(() =>
        {
            Assert.That(audience.Select(listener => listener.Heard), Has.All.EqualTo(1));
            Assert.That((one.Count, other.Count), Is.EqualTo((1, 1)));
        });
    }

    [Test]
    public async Task LastToLeave_EndsTheNodesHearing_AndTheNextBeginsItAgain()
    {
        var broker = new MemoryBroker(new MemoryBrokerOptions(10, 1_000_000), new ManualTime());
        var channel = new Channel("chat:a", broker, new MemoryDirectory(new ManualTime(), NullLogger<MemoryDirectory>.Instance));
        var listener = new Listener("c1", new CountingEncoding());
        await channel.TryJoinAsync(listener, retention: null, default);
        channel.Leave(listener);
        Assert.That(await channel.TryRetireAsync(), Is.True);
        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        var (joined, _) = await channel.TryJoinAsync(listener, retention: null, default);
        var next = new Channel("chat:a", broker, new MemoryDirectory(new ManualTime(), NullLogger<MemoryDirectory>.Instance));
        await next.TryJoinAsync(listener, retention: null, default);
        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.False, "what was given up is not the channel any more");
            Assert.That(listener.Heard, Is.EqualTo(1));
        });
    }

    private sealed class CountingEncoding : IEncoding
    {
        public int Count { get; private set; }

        public ReadOnlyMemory<byte> Encode(Publication publication)
        {
            Count++;
            return publication.Data;
        }

        public ReadOnlyMemory<byte> Encode(PresenceMessage message)
        {
            Count++;
            return default;
        }
    }

    private sealed class Listener(string id, IEncoding encoding) : ISubscriber
    {
        public string ConnectionId => id;

        public bool WantsEcho => true;

        public bool SeesPresence => true;

        public int Heard { get; private set; }

        public void Deliver(Outbound message)
        {
            message.For(encoding);
            Heard++;
        }

        public void DeliverPresence(Outbound message) => Deliver(message);

        public void OnPresenceMissed()
        {
        }
    }
}
