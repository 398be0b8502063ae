using System.Text;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>What every <see cref="IBroker"/> does, seen from two nodes of one backplane.</summary>
public abstract class BrokerSpecification
{
    private static readonly Retention Kept = new(Size: 5, Ttl: TimeSpan.FromMinutes(10));

    private IBroker _one = null!;
    private IBroker _other = null!;
    private RecordingHandler _ear = null!;
    private RecordingHandler _otherEar = null!;

    /// <summary>Two nodes of a backplane that is new and empty.</summary>
    internal abstract ValueTask<(IBroker One, IBroker Other)> CreateNodesAsync();

    [SetUp]
    public async Task CreateAsync()
    {
        (_one, _other) = await CreateNodesAsync();
        _ear = new RecordingHandler();
        _otherEar = new RecordingHandler();
    }

    [Test]
    public async Task Publication_ReachesEveryNodeThatHearsTheChannel_AsItWasPublished()
    {
        await _one.SubscribeAsync("chat:a", Kept, _ear, default);
        await _other.SubscribeAsync("chat:a", Kept, _otherEar, default);
        var published = Some("chat:a") with
        {
            Sender = new Sender("ann", "c1"),
            Channels = ["chat:a", "chat:b"],
            Echo = false,
            Readers = ["users", "team:blue/editor"],
        };

        await _one.PublishAsync(published, Kept, key: null, default);

        foreach (var ear in new[] { _ear, _otherEar })
        {
            var heard = await ear.NextAsync();
            Assert.Multiple(() =>
            {
                Assert.That(
                    heard with { Position = null, Data = published.Data, Channels = published.Channels, Readers = published.Readers },
                    Is.EqualTo(published));
                Assert.That(heard.Data.ToArray(), Is.EqualTo(published.Data.ToArray()));
                Assert.That(heard.Channels, Is.EqualTo(published.Channels));
                Assert.That(heard.Readers, Is.EqualTo(published.Readers));
            });
        }
    }

    [Test]
    public async Task Acknowledgement_CarriesThePositionThatIsHeard_WhereHistoryIsKept()
    {
        var start = await _other.SubscribeAsync("chat:a", Kept, _ear, default);
        var first = await PublishAsync(_one, "chat:a");
        var second = await PublishAsync(_other, "chat:a");
        var heard = await _ear.NextAsync(2);
        Assert.Multiple(() =>
        {
            Assert.That(start!.Offset, Is.Zero);
            Assert.That(first, Is.EqualTo(new Position(start.Epoch, 1)));
            Assert.That(second, Is.EqualTo(new Position(start.Epoch, 2)));
            Assert.That(heard.Select(publication => publication.Position), Is.EqualTo(new[] { first, second }));
        });
    }

    [Test]
    public async Task HistorySwitchedOffAndOnAgain_IsANewEpoch_SinceSomethingWentOutWithoutAPosition()
    {
        await _other.SubscribeAsync("chat:a", Kept, _ear, default);
        var before = await PublishAsync(_one, "chat:a");
        var without = await PublishAsync(_one, "chat:a", retention: null);
        var after = await PublishAsync(_one, "chat:a");
        var page = await _other.ReadAsync("chat:a", Kept, after: null, limit: 10, reverse: false, default);
        Assert.Multiple(() =>
        {
            Assert.That(without, Is.Null);
            Assert.That(after!.Epoch, Is.Not.EqualTo(before!.Epoch));
            Assert.That(after.Offset, Is.EqualTo(1));
            Assert.That(page.Publications.Select(publication => publication.Position), Is.EqualTo(new[] { after }));
        });
    }

    [Test]
    public async Task Acknowledgement_HasNoPosition_WhereNothingIsKept()
    {
        var start = await _one.SubscribeAsync("live:a", retention: null, _ear, default);
        var position = await PublishAsync(_one, "live:a", retention: null);
        Assert.Multiple(async () =>
        {
            Assert.That(start, Is.Null);
            Assert.That(position, Is.Null);
            Assert.That((await _ear.NextAsync()).Position, Is.Null);
        });
    }

    [Test]
    public async Task ManyPublishers_AreHeardInOneOrder_OnEveryNode()
    {
        const int Publishers = 20;
        const int Each = 100;
        await _one.SubscribeAsync("chat:a", Kept, _ear, default);
        await _other.SubscribeAsync("chat:a", Kept, _otherEar, default);

        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            var own = new List<(string Id, Position Position)>();
            for (var i = 0; i < Each; i++)
            {
                var publication = Some("chat:a");
                var result = await (publisher % 2 == 0 ? _one : _other).PublishAsync(publication, Kept, key: null, default);
                own.Add((publication.Id, result.OrThrow().Position!));
            }

            return own;
        })));

        var heard = await _ear.NextAsync(Publishers * Each);
        var heardElsewhere = await _otherEar.NextAsync(Publishers * Each);
        Assert.Multiple(() =>
        {
            Assert.That(heard.Select(one => one.Position!.Offset), Is.EqualTo(Enumerable.Range(1, Publishers * Each)));
            Assert.That(heardElsewhere.Select(one => (one.Id, one.Position)), Is.EqualTo(heard.Select(one => (one.Id, one.Position))));
            Assert.That(acknowledged.SelectMany(own => own), Is.EquivalentTo(heard.Select(one => (one.Id, one.Position!))));
            Assert.That(acknowledged, Has.All.Matches<List<(string, Position Position)>>(own =>
                own.Select(one => one.Position.Offset).SequenceEqual(own.Select(one => one.Position.Offset).Order())));
        });
    }

    [Test]
    public async Task Subscriber_HearsExactlyWhatFollowsThePositionItWasTold()
    {
        await PublishAsync(_one, "chat:a");
        var from = await _other.SubscribeAsync("chat:a", Kept, _ear, default);
        var next = await PublishAsync(_one, "chat:a");
        Assert.Multiple(async () =>
        {
            Assert.That(from!.Offset, Is.EqualTo(1));
            Assert.That((await _ear.NextAsync()).Position, Is.EqualTo(next));
            Assert.That(_ear.HasMore, Is.False);
        });
    }

    [Test]
    public async Task Unsubscribe_EndsOneNodesHearing_AndNotTheOthers()
    {
        await _one.SubscribeAsync("chat:a", Kept, _ear, default);
        await _other.SubscribeAsync("chat:a", Kept, _otherEar, default);
        await _one.UnsubscribeAsync("chat:a", _ear, default);
        var position = await PublishAsync(_one, "chat:a");
        Assert.Multiple(async () =>
        {
            Assert.That((await _otherEar.NextAsync()).Position, Is.EqualTo(position));
            Assert.That(_ear.HasMore, Is.False);
        });
    }

    [TestCase("chat:A")]
    [TestCase("chat:a ")]
    [TestCase("chat:")]
    [TestCase("chat:*")]
    [TestCase("*")]
    [TestCase("chat:a?")]
    [TestCase("chat:[a]")]
    public async Task OtherNames_AreOtherChannels_AndNoNameIsAPattern(string name)
    {
        await _one.SubscribeAsync("chat:a", Kept, _ear, default);
        await _one.SubscribeAsync(name, Kept, _otherEar, default);
        await PublishAsync(_other, name);
        var own = await PublishAsync(_other, "chat:a");
        Assert.Multiple(async () =>
        {
            Assert.That(own!.Offset, Is.EqualTo(1));
            Assert.That((await _ear.NextAsync()).Channel, Is.EqualTo("chat:a"));
            Assert.That((await _otherEar.NextAsync()).Channel, Is.EqualTo(name));
            Assert.That(_ear.HasMore || _otherEar.HasMore, Is.False);
        });
    }

    [Test]
    public async Task History_KeepsTheNewest_AndIsReadBothWays()
    {
        for (var i = 0; i < 7; i++)
        {
            await PublishAsync(_one, "chat:a");
        }

        Assert.Multiple(async () =>
        {
            Assert.That(await ReadAsync(after: null, limit: 10, reverse: false), Is.EqualTo(new[] { 3, 4, 5, 6, 7 }));
            Assert.That(await ReadAsync(after: null, limit: 2, reverse: false), Is.EqualTo(new[] { 3, 4 }));
            Assert.That(await ReadAsync(after: 4, limit: 2, reverse: false), Is.EqualTo(new[] { 5, 6 }));
            Assert.That(await ReadAsync(after: 7, limit: 2, reverse: false), Is.Empty);
            Assert.That(await ReadAsync(after: null, limit: 2, reverse: true), Is.EqualTo(new[] { 7, 6 }));
            Assert.That(await ReadAsync(after: 6, limit: 10, reverse: true), Is.EqualTo(new[] { 5, 4, 3 }));
            Assert.That(await ReadAsync(after: 3, limit: 10, reverse: true), Is.Empty);
        });
    }

    [Test]
    public async Task History_OfAChannelThatNobodyPublishedIn_IsEmptyAtOffsetZero()
    {
        var page = await _one.ReadAsync("chat:new", Kept, after: null, limit: 10, reverse: false, default);
        Assert.Multiple(() =>
        {
            Assert.That(page.Top.Offset, Is.Zero);
            Assert.That(page.Publications, Is.Empty);
        });
    }

    [Test]
    public async Task Page_SaysHowMuchIsKept_AndBeginsWithTheOldestKept_WhereTheNextIsGone()
    {
        for (var i = 0; i < 7; i++)
        {
            await PublishAsync(_one, "chat:a");
        }

        var page = await _other.ReadAsync("chat:a", Kept, after: 1, limit: 2, reverse: false, default);
        Assert.Multiple(() =>
        {
            Assert.That((page.Top.Offset, page.Kept), Is.EqualTo((7L, 5)));
            Assert.That(page.Publications.Select(publication => publication.Position!.Offset), Is.EqualTo(new[] { 3, 4 }));
        });
    }

    [Test]
    public async Task ClearedChannel_KeepsNothing_ButItsPosition_AndWhichKeysItSaw()
    {
        await _one.SubscribeAsync("chat:a", Kept, _ear, default);
        var key = new IdempotencyKey("server", "K");
        var keyed = Some("chat:a");
        var first = (await _one.PublishAsync(keyed, Kept, key, default)).OrThrow();
        var last = await PublishAsync(_other, "chat:a");

        var cleared = await _other.ClearAsync("chat:a", Kept, default);
        var page = await _one.ReadAsync("chat:a", Kept, after: null, limit: 10, reverse: false, default);
        var again = (await _one.PublishAsync(keyed, Kept, key, default)).OrThrow();
        var next = await PublishAsync(_one, "chat:a");
        Assert.Multiple(async () =>
        {
            Assert.That(cleared, Is.EqualTo(last));
            Assert.That((page.Top, page.Kept, page.Publications.Count), Is.EqualTo((last, 0, 0)));
            Assert.That(again, Is.EqualTo(first));
            Assert.That(next, Is.EqualTo(new Position(last!.Epoch, 3)));
            Assert.That((await _ear.NextAsync(3)).Select(publication => publication.Position!.Offset), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That((await _other.ReadAsync("chat:a", Kept, after: null, limit: 10, reverse: true, default)).Publications.Select(publication => publication.Position), Is.EqualTo(new[] { next }));
        });
    }

    [Test]
    public async Task SameKeyForOtherReaders_IsAConflict()
    {
        var key = new IdempotencyKey("server", "once");
        var publication = Some("chat:a") with { Readers = ["team:blue", "users"] };
        var first = await _one.PublishAsync(publication, Kept, key, default);
        var again = await _other.PublishAsync(publication with { Readers = ["users", "team:blue"] }, Kept, key, default);
        var other = await _other.PublishAsync(publication with { Readers = ["users"] }, Kept, key, default);
        Assert.Multiple(() =>
        {
            Assert.That(again.OrThrow(), Is.EqualTo(first.OrThrow()));
            Assert.That(other.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
        });
    }

    [Test]
    public async Task SameKeyAgain_ReturnsTheFirstResult_AndIsPublishedOnce()
    {
        await _other.SubscribeAsync("chat:a", Kept, _ear, default);
        var publication = Some("chat:a") with { Id = "once" };
        var key = new IdempotencyKey("user:ann", "once");

        var first = (await _one.PublishAsync(publication, Kept, key, default)).OrThrow();
        var again = (await _other.PublishAsync(publication, Kept, key, default)).OrThrow();
        var next = await PublishAsync(_one, "chat:a");

        Assert.Multiple(async () =>
        {
            Assert.That(again.Position, Is.EqualTo(first.Position));
            Assert.That(next!.Offset, Is.EqualTo(2));
            Assert.That((await _ear.NextAsync(2)).Select(heard => heard.Position), Is.EqualTo(new[] { first.Position, next }));
        });
    }

    [Test]
    public async Task SameKeyWithAnotherBody_IsAConflict_AndNothingIsPublished()
    {
        await _other.SubscribeAsync("chat:a", Kept, _ear, default);
        var key = new IdempotencyKey("user:ann", "once");
        await _one.PublishAsync(Some("chat:a"), Kept, key, default);

        var otherData = await _one.PublishAsync(Some("chat:a") with { Data = "2"u8.ToArray() }, Kept, key, default);
        var otherEvent = await _one.PublishAsync(Some("chat:a") with { Event = "other" }, Kept, key, default);

        await _ear.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(otherData.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
            Assert.That(otherEvent.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
            Assert.That(_ear.HasMore, Is.False);
        });
    }

    [Test]
    public async Task SameBody_WrittenOtherwise_IsNoConflict()
    {
        var key = new IdempotencyKey("user:ann", "once");
        var first = await _one.PublishAsync(Some("chat:a") with { Data = """{"a":1,"b":["\u00fc",{}]}"""u8.ToArray() }, Kept, key, default);
        var again = await _one.PublishAsync(Some("chat:a") with { Data = """{ "b": ["ü", {}], "a": 1 }"""u8.ToArray() }, Kept, key, default);
        var other = await _one.PublishAsync(Some("chat:a") with { Data = """{"a":1,"b":[{},"ü"]}"""u8.ToArray() }, Kept, key, default);
        Assert.Multiple(() =>
        {
            Assert.That(again.OrThrow().Position, Is.EqualTo(first.OrThrow().Position));
            Assert.That(other.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
        });
    }

    [Test]
    public async Task Key_OutlivesTheSubscribers_WhereNothingIsKept()
    {
        var key = new IdempotencyKey("user:ann", "once");
        await _one.SubscribeAsync("live:a", retention: null, _ear, default);
        await _one.PublishAsync(Some("live:a"), retention: null, key, default);
        await _ear.NextAsync();
        await _one.UnsubscribeAsync("live:a", _ear, default);
        await _other.SubscribeAsync("live:a", retention: null, _otherEar, default);

        await _one.PublishAsync(Some("live:a"), retention: null, key, default);
        var conflict = await _one.PublishAsync(Some("live:a") with { Event = "other" }, retention: null, key, default);
        var unheard = await _one.PublishAsync(Some("live:b"), retention: null, key, default);
        var unheardConflict = await _one.PublishAsync(Some("live:b") with { Event = "other" }, retention: null, key, default);

        Assert.Multiple(() =>
        {
            Assert.That(_otherEar.HasMore, Is.False);
            Assert.That(conflict.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
            Assert.That(unheard.Error, Is.Null);
            Assert.That(unheardConflict.Error?.Code, Is.EqualTo(ErrorCodes.Conflict));
        });
    }

    [Test]
    public async Task SameId_OfAnotherPrincipalOrChannel_IsAnotherKey()
    {
        var ann = new IdempotencyKey("user:ann", "once");
        var first = (await _one.PublishAsync(Some("chat:a"), Kept, ann, default)).OrThrow();
        var ofBob = (await _one.PublishAsync(Some("chat:a"), Kept, ann with { Principal = "user:bob" }, default)).OrThrow();
        var elsewhere = (await _one.PublishAsync(Some("chat:b"), Kept, ann, default)).OrThrow();
        Assert.Multiple(() =>
        {
            Assert.That(first.Position!.Offset, Is.EqualTo(1));
            Assert.That(ofBob.Position!.Offset, Is.EqualTo(2));
            Assert.That(elsewhere.Position!.Offset, Is.EqualTo(1));
        });
    }

    internal static Publication Some(string channel) => new()
    {
        Channel = channel,
        Event = "message",
        Data = Encoding.UTF8.GetBytes("""{"text":"hello"}"""),
        Id = Guid.NewGuid().ToString("N"),
        Time = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };

    private static Task<Position?> PublishAsync(IBroker node, string channel) => PublishAsync(node, channel, Kept);

    private static async Task<Position?> PublishAsync(IBroker node, string channel, Retention? retention) =>
        (await node.PublishAsync(Some(channel), retention, key: null, default)).OrThrow().Position;

    private async Task<IEnumerable<long>> ReadAsync(long? after, int limit, bool reverse)
    {
        var page = await _other.ReadAsync("chat:a", Kept, after, limit, reverse, default);
        Assert.That(page.Top.Offset, Is.EqualTo(7));
        return page.Publications.Select(publication => publication.Position!.Offset);
    }
}
