using System.IO.Pipelines;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Channels;

/// <summary>How a channel hands out what it hears.</summary>
[TestFixture]
public sealed class ChannelTests
{
    [Test]
    public async Task Publication_IsEncodedOnceForEachFormat_HoweverManyHearIt()
    {
        var services = TestChannels.Services(new ManualTime());
        var broker = services.Broker;
        var channel = new Channel("chat:a", services);
        var (one, other) = (new CountingEncoding(), new CountingEncoding());
        var audience = Enumerable.Range(0, 100).Select(i => new Listener($"c{i}", i % 2 == 0 ? one : other)).ToArray();
        foreach (var listener in audience)
        {
            await channel.TryJoinAsync(listener, SubscriberInterests.Everything, since: null, retention: null, default);
        }

        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        Assert.Multiple(() =>
        {
            Assert.That(audience.Select(listener => listener.Heard), Has.All.EqualTo(1));
            Assert.That((one.Count, other.Count), Is.EqualTo((1, 1)));
        });
    }

    [Test]
    public void FanOut_AllocatesAsMuch_HoweverManyHearIt()
    {
        Assert.That(AllocatedFor(audience: 1_000), Is.EqualTo(AllocatedFor(audience: 10)));

        static long AllocatedFor(int audience)
        {
            var encoding = new CountingEncoding();
            var services = new OutboundServices(new OutboundLimits(100_000, TimeSpan.FromSeconds(5)), PipeScheduler.Inline, new ManualTime());
            var hearing = new Audience();
            for (var i = 0; i < audience; i++)
            {
                var queue = new OutboundQueue(new Nowhere(), services, new QueueOwner()) { Encoding = encoding };
                hearing.Add(new Listener($"c{i}", encoding, queue), SubscriberInterests.Everything, cursor: 0);
            }

            var publication = Backplane.BrokerSpecification.Some("chat:a");
            hearing.HandOut(publication, out _); // What is made once is made.
            var before = GC.GetAllocatedBytesForCurrentThread();
            var handedOut = hearing.HandOut(publication, out _);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(handedOut, Is.EqualTo(audience));
            return allocated;
        }
    }

    [Test]
    public async Task EqualInterests_ShareOneMessage_AndOthersAreNotEncodedFor()
    {
        var services = TestChannels.Services(new ManualTime());
        var channel = new Channel("chat:a", services);
        var encoding = new CountingEncoding();
        Listener[] audience = [.. Enumerable.Range(0, 90).Select(i => new Listener($"c{i}", encoding))];
        SubscriberInterests[] interests = [In("message"), In("message", "other"), In("other")];
        for (var i = 0; i < audience.Length; i++)
        {
            await channel.TryJoinAsync(audience[i], interests[i % interests.Length], since: null, retention: null, default);
        }

        await services.Broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        Assert.Multiple(() =>
        {
            Assert.That(audience.Select(listener => listener.Heard), Is.EqualTo(audience.Select((_, i) => i % 3 == 2 ? 0 : 1)));
            Assert.That(encoding.Count, Is.EqualTo(2), "once for each list of keys that matched");
        });

        static SubscriberInterests In(params string[] events)
        {
            var set = InterestSet.Of([Interest.Compile(events, filter: null).OrThrow()]);
            return new SubscriberInterests(set, set);
        }
    }

    [Test]
    public async Task LastToLeave_EndsTheNodesHearing_AndTheNextBeginsItAgain()
    {
        var services = TestChannels.Services(new ManualTime());
        var broker = services.Broker;
        var channel = new Channel("chat:a", services);
        var listener = new Listener("c1", new CountingEncoding());
        await channel.TryJoinAsync(listener, SubscriberInterests.Everything, since: null, retention: null, default);
        channel.Leave(listener);
        Assert.That(await channel.TryRetireAsync(), Is.True);
        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        var joined = await channel.TryJoinAsync(listener, SubscriberInterests.Everything, since: null, retention: null, default);
        var next = new Channel("chat:a", services);
        await next.TryJoinAsync(listener, SubscriberInterests.Everything, since: null, retention: null, default);
        await broker.PublishAsync(Backplane.BrokerSpecification.Some("chat:a"), retention: null, key: null, default);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.Null, "what was given up is not the channel any more");
            Assert.That(listener.Heard, Is.EqualTo(1));
        });
    }

    private sealed class CountingEncoding : IEncoding
    {
        public int Count { get; private set; }

        public string Name => "test";

        public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed)
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

    private sealed class Listener(string id, IEncoding encoding, IOutlet? outlet = null) : ISubscriber, IOutlet
    {
        public string ConnectionId => id;

        public IReadOnlySet<Role> Roles => Identity.Guest.Roles;

        public IOutlet Outlet => outlet ?? this;

        public bool WantsEcho => true;

        public bool SeesPresence => true;

        public int Heard { get; private set; }

        public void Send(Outbound message)
        {
            message.For(encoding);
            Heard++;
        }

        public void OnDeliveryFailed(Exception exception) => throw exception;

        public ValueTask WaitForRoomAsync() => ValueTask.CompletedTask;

        public void TellPosition(Position position)
        {
        }

        public void TellGap(Position position, string reason)
        {
        }

        public bool TryDeliverPresence(Outbound message)
        {
            Send(message);
            return true;
        }

        public void OnPresenceMissed()
        {
        }
    }
}
