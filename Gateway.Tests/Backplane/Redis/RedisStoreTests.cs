using System.Text;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>What happens to a store, as two nodes see it: it is emptied, forgets scripts, goes back in time, is full, or lied to.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RedisStoreTests
{
    private const string Channel = "chat:a";

    private static readonly Retention Kept = new(Size: 100, Ttl: TimeSpan.FromMinutes(10));

    private RedisServer _server = null!;
    private RedisNode _one = null!;
    private RedisNode _other = null!;
    private RecordingHandler _ear = null!;
    private Position _start = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await RedisServer.StartAsync();
        _one = await RedisNode.StartAsync(_server, "rtg:");
        _other = await RedisNode.StartAsync(_server, "rtg:");
        _ear = new RecordingHandler();
        _start = (await _other.Broker.SubscribeAsync(Channel, Kept, _ear, default))!;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task EmptiedStore_IsANewEpoch_ToldBeforeAnythingIsPublished()
    {
        await PublishAsync();
        await _ear.NextAsync();
        await _server.CommandAsync("FLUSHALL");
        var (top, reason) = await _ear.NextGapAsync();
        await UntilHeldAsync(_one);
        var next = await PublishAsync();
        var heard = await _ear.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.EqualTo(RecoveryReasons.EpochChanged));
            Assert.That(top.Epoch, Is.Not.EqualTo(_start.Epoch));
            Assert.That(next, Is.EqualTo(top with { Offset = 1 }));
            Assert.That(heard.Position, Is.EqualTo(next));
        });
    }

    [Test]
    public async Task ForgottenScripts_AreLoadedAgain_AndTheEpochGoesOn()
    {
        await PublishAsync();
        await _server.CommandAsync("SCRIPT", "FLUSH");
        Assert.That(await PublishAsync(), Is.EqualTo(_start with { Offset = 2 }));
    }

    [Test]
    public async Task RestartedStore_IsANewEpoch_ThoughItKeptEverything()
    {
        await PublishAsync();
        await _ear.NextAsync();
        await _server.CommandAsync("SAVE");
        await _server.KillAsync();
        await _server.RunAsync();
        var (top, reason) = await _ear.NextGapAsync();
        await UntilHeldAsync(_one);
        Assert.Multiple(async () =>
        {
            Assert.That(reason, Is.EqualTo(RecoveryReasons.EpochChanged));
            Assert.That(await PublishAsync(), Is.EqualTo(top with { Offset = 1 }));
        });
    }

    [Test]
    public async Task PositionThatGoesBack_IsANewEpoch_WhateverTheStoreSaysOfItself()
    {
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync();
        }

        await _ear.NextAsync(5);
        await _server.CommandAsync("HSET", $"rtg:position:{{{Channel}}}", "offset", "2");
        var (top, reason) = await _ear.NextGapAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(reason, Is.EqualTo(RecoveryReasons.EpochChanged));
            Assert.That(await PublishAsync(), Is.EqualTo(top with { Offset = 1 }));
        });
    }

    [Test]
    public async Task WhatDidNotCome_IsReadFromHistory_WithTheNextThatDoes_AndOnAnIdleChannelInTime()
    {
        await PublishAsync();
        await _ear.NextAsync();
        await PublishUnheardAsync();
        await PublishAsync();
        var followed = await _ear.NextAsync(2);
        await PublishUnheardAsync();
        var idle = await _ear.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(followed.Select(one => one.Position!.Offset), Is.EqualTo(new[] { 2, 3 }));
            Assert.That(idle.Position!.Offset, Is.EqualTo(4));
        });
    }

    [Test]
    public async Task WhatDidNotCome_AndIsKeptNoLonger_IsAGap()
    {
        await PublishAsync();
        await _ear.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            await PublishUnheardAsync();
        }

        await _server.CommandAsync("XTRIM", $"rtg:history:{{{Channel}}}", "MAXLEN", "=", "1");
        var last = await PublishAsync();
        var (top, reason) = await _ear.NextGapAsync();
        var kept = await _ear.NextAsync(2);
        Assert.Multiple(() =>
        {
            Assert.That((top, reason), Is.EqualTo((_start with { Offset = 3 }, RecoveryReasons.Trimmed)));
            Assert.That(kept.Select(one => one.Position), Is.EqualTo(new[] { _start with { Offset = 4 }, last }));
        });
    }

    [Test]
    public async Task WhatIsKept_AndNoNodeHasWritten_IsAGap_AndHoldsUpNothing()
    {
        await PublishAsync();
        await _ear.NextAsync();
        await AddToHistoryAsync("garbage", times: 2);
        var last = await PublishAsync();
        var (top, reason) = await _ear.NextGapAsync();
        await AddToHistoryAsync("garbage");
        var idle = await _ear.NextGapAsync();
        Assert.Multiple(async () =>
        {
            Assert.That((top, reason), Is.EqualTo((_start with { Offset = 3 }, RecoveryReasons.Trimmed)));
            Assert.That((await _ear.NextAsync()).Position, Is.EqualTo(last));
            Assert.That(idle.Top, Is.EqualTo(_start with { Offset = 5 }));
        });
    }

    [Test]
    public async Task WhatIsOnItsWay_IsNotLost_ThoughLittleIsKept()
    {
        // The store keeps one, and the channels are looked at again and again while much is on its way.
        var (few, ear) = (new Retention(Size: 1, Ttl: TimeSpan.FromMinutes(1)), new RecordingHandler());
        await _other.Broker.SubscribeAsync("chat:few", few, ear, default);
        for (var i = 0; i < 20; i++)
        {
            var publishing = Enumerable.Range(0, 500).Select(_ => _one.Broker.PublishAsync(BrokerSpecification.Some("chat:few"), few, key: null, default).AsTask());
            await Task.WhenAll(publishing).InTime();
            _other.Broker.RepairAll();
        }

        var heard = await ear.NextAsync(10_000);
        Assert.That(heard.Select(one => one.Position!.Offset), Is.EqualTo(Enumerable.Range(1, 10_000)));
    }

    [Test]
    public async Task FullStore_RefusesWhatIsPublished_AndTakesItAgain_AndNothingIsHalf()
    {
        await PublishAsync();
        await _server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        var refused = await _one.Broker.PublishAsync(BrokerSpecification.Some(Channel), Kept, key: null, default);
        await _server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Multiple(async () =>
        {
            Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(await PublishAsync(), Is.EqualTo(_start with { Offset = 2 }));
            Assert.That((await _ear.NextAsync(2)).Select(one => one.Position!.Offset), Is.EqualTo(new[] { 1, 2 }));
        });
    }

    [Test]
    public async Task WhatNobodyPublished_IsBroughtToNobody()
    {
        var random = new Random(1);
        string[] lies =
        [
            string.Empty, "1", "garbage", "99999999999:x", "-1:x", "2:1P", "2:1P1:1", Message("1", _start.Epoch, 900, "{}"), Message("1", "other", 1, "{}"),
            Message("1", _start.Epoch, 2, "not json"), Message("1", _start.Epoch, 2, "{}\n{}"), Message("1", _start.Epoch, long.MaxValue, "{}"),
            Message("1", _start.Epoch, 0, "{}"), Message("2", _start.Epoch, 2, "{}"), Message("1", new string('x', 100), 2, "{}"), "2:1R1:01:1", "2:1M",
        ];
        await PublishAsync();
        foreach (var lie in lies)
        {
            await _server.CommandAsync("PUBLISH", $"rtg:heard:{Channel}", lie);
            await _server.CommandAsync("PUBLISH", $"rtg:node:{_other.Node.Id}", lie);
            await _server.CommandAsync("PUBLISH", "rtg:heard:$control", lie);
        }

        for (var i = 0; i < 50; i++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            await _server.CommandAsync("PUBLISH", $"rtg:heard:{Channel}", Encoding.Latin1.GetString(noise).Replace('\0', ' '));
        }

        var last = await PublishAsync();
        var heard = await _ear.NextAsync(2);
        Assert.Multiple(() =>
        {
            Assert.That(last, Is.EqualTo(_start with { Offset = 2 }));
            Assert.That(heard.Select(one => one.Position!.Offset), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(_ear.HasMore, Is.False);
        });
    }

    [Test]
    public async Task LinkThatIsCut_OrCarriesNothing_ComesBackByItself()
    {
        await _server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
        for (var i = 0; i < 20; i++)
        {
            await PublishAsync();
        }

        Assert.That((await _ear.NextAsync(20)).Select(one => one.Position!.Offset), Is.EqualTo(Enumerable.Range(1, 20)));
    }

    [Test]
    public async Task ChannelsInRedis_AreHeardOnce_HoweverManyHearThem_AndNoUserHasOneOfHisOwn()
    {
        var before = await CountAsync();
        for (var i = 0; i < 100; i++)
        {
            await _other.Broker.SubscribeAsync(Channel, Kept, new RecordingHandler(), default);
            await _other.Directory.WatchAsync(Channel, new RecordingWatcher(), default);
            await _other.Broker.SubscribeAsync($"$user:u{i}", retention: null, new RecordingHandler(), default);
        }

        var user = new RecordingHandler();
        await _other.Broker.SubscribeAsync("$user:ann", retention: null, user, default);
        var publication = BrokerSpecification.Some("$user:ann");
        await _one.Broker.PublishAsync(publication, retention: null, key: null, default);
        var sent = await _one.Broker.SendAsync("$user:ann", "hello"u8.ToArray(), default);
        var heard = await user.NextAsync();
        var message = await user.NextMessageAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await CountAsync(), Is.EqualTo(before));
            Assert.That(heard.Id, Is.EqualTo(publication.Id));
            Assert.That((sent, Encoding.UTF8.GetString(message.Span)), Is.EqualTo((1, "hello")));
        });

        async Task<int> CountAsync() => (await _server.CommandAsync("PUBSUB", "CHANNELS")).Split('\n').Length;
    }

    [Test]
    public async Task NodeWithoutAnAudience_HearsNothingOfAChannel_ThoughItPublishesThere()
    {
        await PublishAsync();
        await _ear.NextAsync();
        Assert.That(await _server.CommandAsync("PUBSUB", "NUMSUB", $"rtg:heard:{Channel}"), Is.EqualTo($"rtg:heard:{Channel}\n1"));
        await _other.Broker.UnsubscribeAsync(Channel, _ear, default);
        Assert.That(await _server.CommandAsync("PUBSUB", "NUMSUB", $"rtg:heard:{Channel}"), Is.EqualTo($"rtg:heard:{Channel}\n0"));
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task PausedStore_RefusesInTime_AndIsBackSoonAfterIt()
    {
        await _server.PauseAsync();
        var since = System.Diagnostics.Stopwatch.StartNew();
        var refused = await _one.Broker.PublishAsync(BrokerSpecification.Some(Channel), Kept, key: null, default);
        var took = since.Elapsed;
        await _server.ContinueAsync();
        await UntilHeldAsync(_one);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(2)));
        });
    }

    [Test]
    public async Task WhatIsToldWhileTheStoreIsAway_IsThereWhenItIsBack()
    {
        var (ann, bob) = (DirectorySpecification.User("ann", "c1"), DirectorySpecification.User("bob", "c2"));
        await _one.Directory.EnterAsync(Channel, ann);
        await _one.Directory.EnterAsync(Channel, bob);
        await _server.PauseAsync();
        await _one.Directory.EnterAsync(Channel, DirectorySpecification.User("ann", "c1", """{"name":"Ann"}"""));
        await _one.Directory.LeaveAsync(Channel, bob, TimeSpan.Zero);
        await _one.Directory.EnterAsync(Channel, DirectorySpecification.Guest("c3"));
        await _server.ContinueAsync();

        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        string[] members;
        do
        {
            await Task.Delay(20, timeout.Token);
            members = await MembersAsync();
        }
        while (!members.SequenceEqual(["guest:c3 as ''", "user:ann as 'Ann'"]));

        async Task<string[]> MembersAsync()
        {
            try
            {
                var slice = await _other.Directory.ReadAsync(Channel, after: null, limit: 10, timeout.Token);
                return [.. slice.Members.Select(member => $"{member.Id} as '{member.Profile?.GetProperty("name")}'")];
            }
            catch (RealtimeException)
            {
                return []; // It is on its way back.
            }
        }
    }

    private static string Message(string kept, string epoch, long offset, string data)
    {
        var body = string.Concat(new[] { "message", "id", "1", "1", "-1", "-1", "-1", data }.Select(Field));
        return string.Concat(new[] { "1P", kept, epoch, $"{offset}", body }.Select(Field));
    }

    private static string Field(string text) => $"{text.Length}:{text}";

    // As a publication whose message got lost: the history has it.
    private Task PublishUnheardAsync() =>
        AddToHistoryAsync(string.Concat(new[] { "message", "unheard", "1", "1", "-1", "-1", "-1", "1" }.Select(Field)));

    // At once: whoever looks meanwhile would find a part of it.
    private async Task AddToHistoryAsync(string body, int times = 1)
    {
        const string Script = "for i = 1, ARGV[2] do local offset = redis.call('HINCRBY', KEYS[1], 'offset', 1) redis.call('XADD', KEYS[2], offset .. '-0', 'p', ARGV[1]) end return 'added'";
        var said = await _server.CommandAsync("EVAL", Script, "2", $"rtg:position:{{{Channel}}}", $"rtg:history:{{{Channel}}}", body, $"{times}");
        Assert.That(said, Is.EqualTo("added"));
    }

    // Until it publishes again; what it publishes meanwhile goes elsewhere.
    private static async Task UntilHeldAsync(RedisNode node)
    {
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while ((await node.Broker.PublishAsync(BrokerSpecification.Some("chat:other"), Kept, key: null, timeout.Token)).Error is not null)
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private async Task<Position?> PublishAsync() =>
        (await _one.Broker.PublishAsync(BrokerSpecification.Some(Channel), Kept, key: null, default)).OrThrow().Position;
}
