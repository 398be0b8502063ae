using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>The memory twin: the specification, and its own bounds of time and memory.</summary>
[TestFixture]
public sealed class MemoryBrokerTests : BrokerSpecification
{
    private static readonly Retention Kept = new(Size: 100, Ttl: TimeSpan.FromMinutes(10));

    private readonly ManualTime _time = new();

    internal override ValueTask<(IBroker One, IBroker Other)> CreateNodesAsync()
    {
        var broker = Create();
        return new((broker, broker));
    }

    [Test]
    public async Task History_Expires_AndThePositionStays()
    {
        var broker = Create();
        var before = await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl);

        var page = await broker.ReadAsync("chat:a", Kept, after: null, limit: 10, reverse: false, default);
        var next = await PublishAsync(broker, "chat:a");

        Assert.Multiple(() =>
        {
            Assert.That(page.Publications, Is.Empty);
            Assert.That(page.Top, Is.EqualTo(before));
            Assert.That(next, Is.EqualTo(new Position(before.Epoch, 2)));
        });
    }

    [Test]
    public async Task History_StaysWhole_UntilItExpires()
    {
        var broker = Create();
        await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl - TimeSpan.FromSeconds(1));
        await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl - TimeSpan.FromSeconds(1));

        var page = await broker.ReadAsync("chat:a", Kept, after: null, limit: 10, reverse: false, default);

        Assert.That(page.Publications.Select(publication => publication.Position!.Offset), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Position_OfAChannelThatKeepsNothing_IsRememberedForADay()
    {
        var broker = Create();
        var first = await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl); // Its history ends, and its day begins.
        _time.Advance(MemoryBroker.PositionLife - TimeSpan.FromMinutes(1));
        var within = await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl);
        _time.Advance(MemoryBroker.PositionLife);
        var afterwards = await PublishAsync(broker, "chat:a");
        Assert.Multiple(() =>
        {
            Assert.That(within, Is.EqualTo(first with { Offset = 2 }));
            Assert.That(afterwards.Epoch, Is.Not.EqualTo(first.Epoch));
            Assert.That(afterwards.Offset, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task StoreThatIsNew_IsANewEpoch_BeforeAnythingIsPublished()
    {
        var before = await PublishAsync(Create(), "chat:a");
        var store = Create();
        var read = await store.ReadAsync("chat:a", Kept, after: null, limit: 1, reverse: false, default);
        Assert.Multiple(async () =>
        {
            Assert.That(read.Top.Epoch, Is.Not.EqualTo(before.Epoch));
            Assert.That(await PublishAsync(store, "chat:a"), Is.EqualTo(new Position(read.Top.Epoch, 1)));
        });
    }

    [Test]
    public async Task Position_OfAChannelThatIsHeard_IsRemembered()
    {
        var broker = Create();
        await broker.SubscribeAsync("chat:a", Kept, new RecordingHandler(), default);
        var first = await PublishAsync(broker, "chat:a");
        _time.Advance(Kept.Ttl);
        _time.Advance(2 * MemoryBroker.PositionLife);
        Assert.That(await PublishAsync(broker, "chat:a"), Is.EqualTo(first with { Offset = 2 }));
    }

    [Test]
    public async Task ManyKeys_AreRemembered_ForTheirFiveMinutes()
    {
        var broker = Create(historyBytes: 100_000_000);
        for (var i = 0; i < 20_000; i++)
        {
            await broker.PublishAsync(Some("live:a"), retention: null, new IdempotencyKey("user:ann", $"{i}"), default);
        }

        var other = Some("live:a") with { Event = "other" };
        Assert.That(
            (await broker.PublishAsync(other, retention: null, new IdempotencyKey("user:ann", "0"), default)).Error?.Code,
            Is.EqualTo(ErrorCodes.Conflict));
    }

    [Test]
    public async Task Key_IsForgotten_AfterFiveMinutes()
    {
        var broker = Create();
        var key = new IdempotencyKey("user:ann", "once");
        await broker.PublishAsync(Some("chat:a"), Kept, key, default);

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        var inTime = await broker.PublishAsync(Some("chat:a"), Kept, key, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        var late = await broker.PublishAsync(Some("chat:a"), Kept, key, default);

        Assert.Multiple(() =>
        {
            Assert.That(inTime.OrThrow().Position!.Offset, Is.EqualTo(1));
            Assert.That(late.OrThrow().Position!.Offset, Is.EqualTo(2));
        });
    }

    [Test]
    public async Task IdleChannels_AreForgottenBeyondTheBound_LongestAloneFirst_AndBeginANewEpoch()
    {
        var broker = Create(idleChannels: 10);
        var heard = new RecordingHandler();
        var subscribed = await broker.SubscribeAsync("chat:subscribed", Kept, heard, default);
        var oldest = await PublishAsync(broker, "chat:oldest");
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 9; i++)
        {
            await PublishAsync(broker, $"chat:{i}");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var last = await PublishAsync(broker, "chat:last");

        Assert.Multiple(async () =>
        {
            Assert.That((await PublishAsync(broker, "chat:oldest")).Epoch, Is.Not.EqualTo(oldest.Epoch));
            Assert.That(await PublishAsync(broker, "chat:last"), Is.EqualTo(new Position(last.Epoch, 2)));
            Assert.That(await PublishAsync(broker, "chat:subscribed"), Is.EqualTo(new Position(subscribed!.Epoch, 1)));
        });
    }

    [Test]
    public async Task AskingForNames_ForgetsNothingOfChannelsThatHoldSomething()
    {
        var broker = Create(idleChannels: 100);
        var precious = await PublishAsync(broker, "chat:precious");
        for (var i = 0; i < 300; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await broker.ReadAsync($"chat:no{i}", Kept, after: null, limit: 1, reverse: false, default);
        }

        Assert.That(await PublishAsync(broker, "chat:precious"), Is.EqualTo(precious with { Offset = 2 }));
    }

    [Test]
    public async Task History_IsDroppedBeyondTheBoundOfBytes_LongestAloneFirst_AndThePositionStays()
    {
        var broker = Create(historyBytes: 10_000);
        var first = await PublishAsync(broker, "chat:old", bytes: 4_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        await PublishAsync(broker, "chat:new", bytes: 4_000);
        await PublishAsync(broker, "chat:new", bytes: 4_000);

        var old = await broker.ReadAsync("chat:old", Kept, after: null, limit: 10, reverse: false, default);
        var recent = await broker.ReadAsync("chat:new", Kept, after: null, limit: 10, reverse: false, default);

        Assert.Multiple(() =>
        {
            Assert.That(old.Publications, Is.Empty);
            Assert.That(old.Top, Is.EqualTo(first));
            Assert.That(recent.Publications, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task Keys_CountIntoTheBoundOfBytes_AndAreForgottenBeyondIt()
    {
        var broker = Create(historyBytes: 10_000);
        for (var i = 0; i < 100; i++)
        {
            await broker.PublishAsync(Some("live:a"), retention: null, new IdempotencyKey("user:ann", $"{i}"), default);
        }

        var other = Some("live:a") with { Event = "other" };
        Assert.That((await broker.PublishAsync(other, retention: null, new IdempotencyKey("user:ann", "0"), default)).Error, Is.Null);
    }

    private MemoryBroker Create(int idleChannels = 1_000, long historyBytes = 1_000_000) =>
        new(new MemoryBrokerOptions(idleChannels, historyBytes), _time);

    private static async Task<Position> PublishAsync(MemoryBroker broker, string channel, int bytes = 10)
    {
        var publication = Some(channel) with { Data = new byte[bytes] };
        return (await broker.PublishAsync(publication, Kept, key: null, default)).OrThrow().Position!;
    }
}
