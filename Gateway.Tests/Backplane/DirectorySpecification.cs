using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Backplane.Redis;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>What every <see cref="IDirectory"/> does, seen from two nodes of one backplane.</summary>
public abstract class DirectorySpecification
{
    private const string Room = "chat:a";

    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private IDirectory _one = null!;
    private IDirectory _other = null!;
    private RecordingWatcher _eye = null!;
    private RecordingWatcher _otherEye = null!;
    private int _fences;

    /// <summary>How long a connection is expected back. A twin whose clock nobody can move may choose less.</summary>
    protected virtual TimeSpan Grace => TimeSpan.FromSeconds(10);

    /// <summary>How many sequences of steps are tried. In each of them time passes.</summary>
    protected virtual int SequencesToTry => 300;

    /// <summary>How often a sequence is tried again where a node says that it missed something, or was disturbed, or this machine late.</summary>
    protected virtual int RetriesOfASequence => 0;

    /// <summary>Another number whenever a node was cut off from its store.</summary>
    protected virtual int Disturbances => 0;

    /// <summary>What <see cref="PassAsync"/> moves.</summary>
    protected abstract TimeProvider Clock { get; }

    /// <summary>Two nodes of a directory that is new and empty.</summary>
    internal abstract ValueTask<(IDirectory One, IDirectory Other)> CreateNodesAsync();

    /// <summary>Lets time pass, and returns when what it ends has ended.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [SetUp]
    public async Task CreateAsync()
    {
        (_one, _other) = await CreateNodesAsync();
        _eye = new RecordingWatcher();
        _otherEye = new RecordingWatcher();
        await _one.WatchAsync(Room, _eye, default);
        await _other.WatchAsync(Room, _otherEye, default);
    }

    [Test]
    public async Task ComingAndGoing_AreToldToEveryNodeThatWatches_WithTheWholeMember()
    {
        var ann = User("ann", "c1", """{"name":"Ann"}""");
        await _one.EnterAsync(Room, ann);
        await _other.LeaveAsync(Room, ann, TimeSpan.Zero);
        foreach (var eye in new[] { _eye, _otherEye })
        {
            var told = await HeardAsync(eye);
            Assert.Multiple(() =>
            {
                Assert.That(Told(told), Is.EqualTo(new[] { ("join", "user:ann", 1), ("leave", "user:ann", 0) }));
                Assert.That(told.Select(change => (change.Message.Channel, change.ConnectionId)), Has.All.EqualTo((Room, "c1")));
                Assert.That(told.Select(change => change.Message.Member.UserId), Has.All.EqualTo("ann"));
                Assert.That(told.Select(change => change.Message.Member.JoinedAt), Has.All.EqualTo(Noon));
                Assert.That(told.Select(change => NameIn(change.Message.Member)), Has.All.EqualTo("Ann"));
            });
        }
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task ChannelsInUse_AreListedInOrder_WithTheirConnections_FromEveryNode()
    {
        await _one.EnterAsync("chat:b", User("ann", "c1"));
        await _other.EnterAsync("chat:b", User("ann", "c2"));
        await _other.EnterAsync("chat:B", User("bob", "c3"));
        await _one.EnterAsync("live:a", User("bob", "c3"));
        await _one.EnterAsync("chat:left", User("bob", "c3"));
        await _one.EnterAsync("chat:expected", User("bob", "c3"));
        await _one.EnterAsync("$user:bob", User("bob", "c3"));
        await _one.LeaveAsync("chat:left", User("bob", "c3"), TimeSpan.Zero);
        await _one.LeaveAsync("chat:expected", User("bob", "c3"), Grace);

        var all = await _other.ChannelsAsync(string.Empty, after: null, limit: 10, default);
        var first = await _other.ChannelsAsync("chat:", after: null, limit: 1, default);
        var rest = await _other.ChannelsAsync("chat:", after: "chat:B", limit: 1, default);
        Assert.Multiple(async () =>
        {
            Assert.That(all.Channels, Is.EqualTo(new[] { ("chat:B", 1), ("chat:b", 2), ("live:a", 1) }));
            Assert.That((first.Channels.Single(), first.IsLast), Is.EqualTo((("chat:B", 1), false)));
            Assert.That((rest.Channels.Single(), rest.IsLast), Is.EqualTo((("chat:b", 2), true)));
            Assert.That(await _other.CountConnectionsAsync("chat:b", default), Is.EqualTo(2));
            Assert.That(await _other.CountConnectionsAsync("chat:nobody", default), Is.Zero);
        });
    }

    [Test]
    public async Task Watching_BeginsAndEnds_ForOneNode()
    {
        var (late, early) = (new RecordingWatcher(), _otherEye);
        await _one.EnterAsync(Room, User("ann", "c1"));
        await HeardAsync(_eye); // What is on its way to a node is told to whoever watches there when it comes.
        await _one.WatchAsync(Room, late, default);
        await _one.EnterAsync(Room, User("bob", "c2"));
        await HeardAsync(_eye);
        await _other.UnwatchAsync(Room, early, default);
        await _one.EnterAsync(Room, User("cid", "c3"));
        var toldToAll = await HeardAsync(_eye);
        Assert.Multiple(async () =>
        {
            Assert.That(Told(toldToAll), Is.EqualTo(new[] { ("join", "user:cid", 1) }));
            Assert.That(Told(await HeardAsync(late)), Is.EqualTo(new[] { ("join", "user:bob", 1), ("join", "user:cid", 1) }));
            Assert.That(Told(await TakenAsync(early)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("join", "user:bob", 1) }));
        });
    }

    [Test]
    public async Task Watcher_CanBeginAgain_AndIsToldOnce()
    {
        await _one.UnwatchAsync(Room, _eye, default);
        await _one.WatchAsync(Room, _eye, default);
        await _other.EnterAsync(Room, User("ann", "c1"));
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("join", "user:ann", 1) }));
    }

    [Test]
    public void Watching_Twice_IsAnErrorOfTheCaller() =>
        Assert.That(async () => await _one.WatchAsync(Room, _eye, default), Throws.InvalidOperationException);

    [TestCase("chat:A")]
    [TestCase("chat:b")]
    [TestCase("chat:aa")]
    [TestCase("chat:a ")]
    [TestCase("chat:")]
    [TestCase("chat:*")]
    [TestCase("*")]
    [TestCase("chat:a*")]
    [TestCase("chat:a?")]
    [TestCase("chat:[a]")]
    [TestCase("$user:ann")]
    public async Task OtherNames_AreOtherChannels_AndNoNameIsAPattern(string name)
    {
        var elsewhere = new RecordingWatcher();
        await _other.WatchAsync(name, elsewhere, default);

        await _one.EnterAsync(name, User("ann", "c1"));
        await _one.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(name, User("ann", "c2"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);

        Assert.Multiple(async () =>
        {
            Assert.That((await HeardAsync(_eye)).Select(change => (change.Message.Channel, change.ConnectionId)), Is.EqualTo(new[] { (Room, "c2") }));
            Assert.That((await TakenAsync(elsewhere)).Select(change => (change.Message.Channel, change.ConnectionId)), Is.EqualTo(new[] { (name, "c1") }));
            Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 1) }));
            Assert.That(await MembersAsync(name), Is.EqualTo(new[] { ("user:ann", 1) }));
            Assert.That(await ConnectionsAsync(Room, "user:ann"), Is.EqualTo(new[] { "c2" }));
            Assert.That(await ConnectionsAsync(name, "user:ann"), Is.EqualTo(new[] { "c1" }));
        });
    }

    [Test]
    public async Task Connections_OfAUser_AreOneMember_WithOneJoinAndOneLeave()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _other.EnterAsync(Room, User("ann", "c2"));
        await _one.EnterAsync(Room, User("ann", "c3"));
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 3) }));

        await _other.LeaveAsync(Room, User("ann", "c2"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 1) }));

        await _one.LeaveAsync(Room, User("ann", "c3"), TimeSpan.Zero);
        Assert.Multiple(async () =>
        {
            Assert.That(await MembersAsync(Room), Is.Empty);
            Assert.That(Told(await HeardAsync(_otherEye)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("leave", "user:ann", 0) }));
        });
    }

    [Test]
    public async Task Guests_AreAMemberEach_AndNoUserOfTheSameName()
    {
        await _one.EnterAsync(Room, Guest("c1"));
        await _other.EnterAsync(Room, Guest("c2"));
        await _one.EnterAsync(Room, User("c1", "c3"));
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("guest:c1", 1), ("guest:c2", 1), ("user:c1", 1) }));

        await _one.LeaveAsync(Room, Guest("c1"), TimeSpan.Zero);
        Assert.Multiple(async () =>
        {
            Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("guest:c2", 1), ("user:c1", 1) }));
            Assert.That(
                Told(await HeardAsync(_otherEye)),
                Is.EqualTo(new[] { ("join", "guest:c1", 1), ("join", "guest:c2", 1), ("join", "user:c1", 1), ("leave", "guest:c1", 0) }));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task ClosedConnection_IsExpectedBack_AndItsMemberLeavesWhenTheGraceEnds()
    {
        var ann = User("ann", "c1", """{"name":"Ann"}""");
        await _one.EnterAsync(Room, ann);
        await _one.LeaveAsync(Room, ann, Grace);
        await HeardAsync(_otherEye);

        await PassAsync(Grace * 0.8);
        Assert.Multiple(async () =>
        {
            Assert.That(await HeardAsync(_otherEye), Is.Empty);
            Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }));
            Assert.That(await ConnectionsAsync(Room, "user:ann"), Is.Empty, "it is expected, and not there");
        });

        await PassAsync(Grace * 0.4);
        var told = await HeardAsync(_otherEye);
        Assert.Multiple(async () =>
        {
            Assert.That(Told(told), Is.EqualTo(new[] { ("leave", "user:ann", 0) }));
            Assert.That(told.Select(change => (change.ConnectionId, NameIn(change.Message.Member))), Is.EqualTo(new[] { ("c1", "Ann") }));
            Assert.That(await MembersAsync(Room), Is.Empty);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task ConnectionWithinTheGrace_IsNoEvent_AndTheMemberGoesOnAsHeWas()
    {
        await _one.EnterAsync(Room, User("ann", "c1", """{"name":"Ann"}"""));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await HeardAsync(_eye);

        await PassAsync(Grace * 0.5);
        await _other.EnterAsync(Room, User("ann", "c2") with { EnteredAt = Noon + Grace });
        await PassAsync(Grace * 2);
        var member = (await ReadAsync(Room)).Members.Single();
        Assert.Multiple(async () =>
        {
            Assert.That(await HeardAsync(_eye), Is.Empty);
            Assert.That((member.Connections, NameIn(member), member.JoinedAt), Is.EqualTo((1, "Ann", Noon)));
        });

        await _other.LeaveAsync(Room, User("ann", "c2"), TimeSpan.Zero);
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("leave", "user:ann", 0) }), "nothing is expected any more");
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task MemberWhoComesAfterTheGrace_IsANewOne()
    {
        await _one.EnterAsync(Room, User("ann", "c1", """{"name":"Ann"}"""));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await PassAsync(Grace * 1.2);
        await _one.EnterAsync(Room, User("ann", "c2") with { EnteredAt = Noon + Grace });
        var member = (await ReadAsync(Room)).Members.Single();
        Assert.Multiple(async () =>
        {
            Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("leave", "user:ann", 0), ("join", "user:ann", 1) }));
            Assert.That((member.Profile, member.JoinedAt), Is.EqualTo(((JsonElement?)null, Noon + Grace)));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task TwoClosed_OneBack_StaysWhenTheOthersGraceEnds_AndLeavesAtOnce()
    {
        await CloseTwoAndReturnAsync("c3");
        await PassAsync(Grace * 2);
        Assert.Multiple(async () =>
        {
            Assert.That(await HeardAsync(_eye), Is.Empty);
            Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 1) }));
        });

        await _one.LeaveAsync(Room, User("ann", "c3"), TimeSpan.Zero);
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("leave", "user:ann", 0) }));
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task TwoClosed_OneBack_TakesThePlaceOfOne_TheOtherIsStillExpected()
    {
        await CloseTwoAndReturnAsync("c3");
        await _one.LeaveAsync(Room, User("ann", "c3"), TimeSpan.Zero);
        Assert.Multiple(async () =>
        {
            Assert.That(await HeardAsync(_eye), Is.Empty);
            Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }));
        });

        await PassAsync(Grace * 1.2);
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("leave", "user:ann", 0) }));
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task TwoClosed_TwoBack_NobodyIsExpected()
    {
        await CloseTwoAndReturnAsync("c3", "c4");
        await _one.LeaveAsync(Room, User("ann", "c4"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c3"), TimeSpan.Zero);
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("leave", "user:ann", 0) }));
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task OneBack_TakesThePlaceOfTheFirstThatClosed()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _one.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await PassAsync(Grace * 0.5);
        await _one.LeaveAsync(Room, User("ann", "c2"), Grace);
        await _one.EnterAsync(Room, User("ann", "c3"));
        await _one.LeaveAsync(Room, User("ann", "c3"), TimeSpan.Zero);

        await PassAsync(Grace * 0.75);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }), "the second is expected for as long as the first was");
        await PassAsync(Grace * 0.5);
        Assert.That(await MembersAsync(Room), Is.Empty);
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task ConnectionThatClosesAgain_HasItsWholeGraceAgain()
    {
        var ann = User("ann", "c1");
        await _one.EnterAsync(Room, ann);
        await _one.LeaveAsync(Room, ann, Grace);
        await PassAsync(Grace * 0.5);
        await _one.EnterAsync(Room, ann);
        await _one.LeaveAsync(Room, ann, Grace);

        await PassAsync(Grace * 0.75);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }), "what ended was the grace that it came back in");
        await PassAsync(Grace * 0.5);
        Assert.That(await MembersAsync(Room), Is.Empty);
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task Leaving_WithoutHavingEntered_OrTwice_HasNoEffect()
    {
        await _one.LeaveAsync("chat:nobody", User("ann", "c1"), Grace);
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await _one.LeaveAsync(Room, Guest("c1"), TimeSpan.Zero);
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _one.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(Room, User("ann", "c3"), Grace);
        await _one.LeaveAsync(Room, User("bob", "c1"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, Guest("c1"), TimeSpan.Zero);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 2) }));

        // Gone twice is gone once: neither is a second connection taken out, nor is one expected.
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 1) }));
        await _one.LeaveAsync(Room, User("ann", "c2"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("ann", "c2"), Grace);
        Assert.Multiple(async () =>
        {
            Assert.That(await MembersAsync(Room), Is.Empty);
            Assert.That(Told(await HeardAsync(_otherEye)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("leave", "user:ann", 0) }));
            Assert.That(await MembersAsync("chat:nobody"), Is.Empty);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task LeavingForGood_DoesNotEndTheGraceOfOneThatClosed()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }));
    }

    [Test]
    public async Task SameConnectionAgain_ReplacesIt_AndDoesNotCountTwice()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _other.EnterAsync(Room, User("ann", "c1", """{"name":"Ann"}""") with { EnteredAt = Noon + Grace });
        var members = (await ReadAsync(Room)).Members;
        var connections = await _one.ConnectionsAsync(Room, "user:ann", default);
        Assert.Multiple(() =>
        {
            Assert.That(members.Select(member => (member.Connections, member.JoinedAt, NameIn(member))), Is.EqualTo(new[] { (1, Noon, "Ann") }));
            Assert.That(connections.Select(one => (one.ConnectionId, one.EnteredAt, NameIn(one.Profile))), Is.EqualTo(new[] { ("c1", Noon + Grace, "Ann") }));
        });

        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("update", "user:ann", 1), ("leave", "user:ann", 0) }));
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task SameConnectionAgain_TakesNobodysPlace()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _one.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await _one.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(Room, User("ann", "c2"), TimeSpan.Zero);
        Assert.That(await MembersAsync(Room), Is.EqualTo(new[] { ("user:ann", 0) }));
    }

    [Test]
    public async Task Profile_IsTheOneToldLast_AndNullTellsNothing()
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _other.EnterAsync(Room, User("ann", "c2", """{"name":"Ann"}"""));
        await _one.EnterAsync(Room, User("ann", "c3"));
        await _one.EnterAsync(Room, User("ann", "c1", """{"name":"Anna"}"""));
        await _one.EnterAsync(Room, User("ann", "c2", null));
        await _one.LeaveAsync(Room, User("ann", "c1"), TimeSpan.Zero);
        var told = await HeardAsync(_otherEye);
        Assert.Multiple(async () =>
        {
            Assert.That(NameIn((await ReadAsync(Room)).Members.Single()), Is.EqualTo("Anna"), "though who told it is gone");
            Assert.That(
                told.Select(change => (change.Message.Type, change.ConnectionId, change.Message.Member.Connections, NameIn(change.Message.Member))),
                Is.EqualTo(new[] { ("join", "c1", 1, null), ("update", "c2", 2, "Ann"), ("update", "c1", 3, "Anna") }));
            Assert.That(told.Select(change => change.Message.Member.JoinedAt), Has.All.EqualTo(Noon));
        });
    }

    [TestCase("""{"a":1,"b":["x",{}]}""", """{ "b" : [ "x", { } ], "a" : 1 }""", false)]
    [TestCase("""{"a":1,"b":["x",{}]}""", """{"b":["\u0078",{}],"a":1}""", false)]
    [TestCase("""{"a":1,"b":["x",{}]}""", """{"a":1,"b":[{},"x"]}""", true)]
    [TestCase("""{"a":1,"b":["x",{}]}""", """{"a":1,"b":["X",{}]}""", true)]
    [TestCase("""{"a":1,"b":["x",{}]}""", """{"a":1}""", true)]
    [TestCase("""{"a":1}""", """{"a":1,"b":null}""", true)]
    [TestCase("""{"a":1}""", "{}", true)]
    [TestCase("""{"a":1e99999999999}""", """{"a":1e99999999999}""", false)]
    [TestCase("""{"a":1e99999999999}""", """{"a":1e99999999998}""", true)]
    [TestCase("{}", "{}", false)]
    public async Task Profile_IsAnUpdate_WhenItIsOtherJson(string before, string after, bool isUpdate)
    {
        await _one.EnterAsync(Room, User("ann", "c1", before));
        await _other.EnterAsync(Room, User("ann", "c1", after));
        var told = await HeardAsync(_otherEye);
        var known = (await ReadAsync(Room)).Members.Single().Profile!.Value;
        Assert.Multiple(() =>
        {
            Assert.That(told.Select(change => change.Message.Type), Is.EqualTo(isUpdate ? new[] { "join", "update" } : ["join"]));
            Assert.That(Canonical(told[^1].Message.Member.Profile!.Value), Is.EqualTo(Canonical(JsonElement.Parse(after))));
            Assert.That(Canonical(known), Is.EqualTo(Canonical(JsonElement.Parse(after))));
        });
    }

    private static string Canonical(JsonElement value) => System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(value));

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task Profile_ComesWithAReconnect_AsAnUpdate()
    {
        await _one.EnterAsync(Room, User("ann", "c1", """{"name":"Ann"}"""));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await _one.EnterAsync(Room, User("ann", "c2", """{"name":"Anna"}"""));
        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("join", "user:ann", 1), ("update", "user:ann", 1) }));
    }

    [Test]
    public async Task Pages_AreInOrdinalOrder_AndEndExactly()
    {
        // The order of no language, nor of any that takes capitals for small letters.
        string[] ordinal = ["!", "-b", "10", "2", "B", "Z", "_", "a", "a-b", "aB", "ab", "b", "z", "~", "é"];
        foreach (var user in ordinal.Reverse())
        {
            await _one.EnterAsync(Room, User(user, "c-" + user));
        }

        string[] all = [.. ordinal.Select(user => "user:" + user)];
        var whole = await _other.ReadAsync(Room, after: null, limit: all.Length + 1, default);
        Assert.That(whole.Members.Select(member => member.Id), Is.EqualTo(all));

        for (var size = 1; size <= all.Length; size++)
        {
            var (read, pages, after) = (new List<string>(), 0, (string?)null);
            MemberSlice page;
            do
            {
                page = await _other.ReadAsync(Room, after, size, default);
                Assert.That(page.Count, Is.EqualTo(all.Length));
                read.AddRange(page.Members.Select(member => member.Id));
                after = read[^1];
            }
            while (++pages < all.Length && !page.IsLast);

            Assert.Multiple(() =>
            {
                Assert.That(read, Is.EqualTo(all));
                Assert.That((page.IsLast, pages), Is.EqualTo((true, (all.Length + size - 1) / size)), "no page is empty, and none comes after the last");
            });
        }
    }

    [Test]
    public async Task Pages_HaveEveryMemberOnce_WhateverHisId()
    {
        // Where the order of UTF-8 is not that of UTF-16, or one id begins with another.
        string[] ids =
        [
            "user:\uff5e", "user:😀", "user:\ue000", "user:", "user:a", "user:a\u0000", "user:aa", "guest:user:a", "user:a/b", "user:*", "user:ß", "user:ss",
        ];
        foreach (var id in ids)
        {
            await _one.EnterAsync(Room, id.StartsWith("user:", StringComparison.Ordinal) ? User(id[5..], "c-" + id) : Guest(id[6..]));
        }

        var read = new List<string>();
        while (read.Count < ids.Length)
        {
            var page = await _other.ReadAsync(Room, read.LastOrDefault(), 1, default);
            Assert.That(page.Members, Has.Count.EqualTo(1));
            read.Add(page.Members[0].Id);
            Assert.That(page.IsLast, Is.EqualTo(read.Count == ids.Length));
        }

        Assert.That(read, Is.EquivalentTo(ids));
    }

    [TestCase(null, 2, new[] { "user:b", "user:d" }, false)]
    [TestCase("user:b", 2, new[] { "user:d", "user:f" }, true)]
    [TestCase("user:c", 1, new[] { "user:d" }, false)]
    [TestCase("user:c", 2, new[] { "user:d", "user:f" }, true)]
    [TestCase("user:d", 1, new[] { "user:f" }, true)]
    [TestCase("user:a", 10, new[] { "user:b", "user:d", "user:f" }, true)]
    [TestCase("", 1, new[] { "user:b" }, false)]
    [TestCase("user:f", 1, new string[0], true)]
    [TestCase("user:g", 10, new string[0], true)]
    [TestCase("user:F", 10, new[] { "user:b", "user:d", "user:f" }, true)]
    [TestCase(null, 0, new string[0], false)]
    [TestCase("user:d", 0, new string[0], false)]
    [TestCase("user:f", 0, new string[0], true)]
    public async Task Page_GoesOnAfterAnyId_WhetherItIsThereOrNot(string? after, int limit, string[] ids, bool isLast)
    {
        foreach (var user in new[] { "f", "b", "d" })
        {
            await _one.EnterAsync(Room, User(user, "c-" + user));
        }

        var page = await _other.ReadAsync(Room, after, limit, default);
        Assert.Multiple(() =>
        {
            Assert.That(page.Members.Select(member => member.Id), Is.EqualTo(ids));
            Assert.That(page.IsLast, Is.EqualTo(isLast));
            Assert.That(page.Count, Is.EqualTo(3));
        });
    }

    [TestCase(null)]
    [TestCase("user:ann")]
    public async Task Page_OfAChannelThatNobodyIsIn_IsEmptyAndTheLast(string? after)
    {
        foreach (var limit in new[] { 0, 10 })
        {
            var page = await _other.ReadAsync("chat:new", after, limit, default);
            Assert.That((page.Count, page.Members.Count, page.IsLast), Is.EqualTo((0, 0, true)));
        }
    }

    [Test]
    [RealTime(bearableSeconds: 0.2, Of = typeof(RedisDirectoryTests))]
    public async Task Connections_AreThoseOfOneMember_ThatAreInNow()
    {
        await _one.EnterAsync(Room, User("ann", "c1", """{"name":"Ann"}"""));
        await _other.EnterAsync(Room, User("ann", "c2") with { EnteredAt = Noon + Grace });
        await _one.EnterAsync(Room, User("ann", "c3"));
        await _one.EnterAsync(Room, User("Ann", "c4"));
        await _one.EnterAsync(Room, Guest("ann"));
        await _one.EnterAsync("chat:b", User("ann", "c5"));
        await _one.LeaveAsync(Room, User("ann", "c3"), Grace);
        var connections = await _other.ConnectionsAsync(Room, "user:ann", default);
        Assert.Multiple(async () =>
        {
            Assert.That(
                connections.Select(one => (one.ConnectionId, one.UserId, one.EnteredAt, NameIn(one.Profile))),
                Is.EquivalentTo(new[] { ("c1", "ann", Noon, "Ann"), ("c2", "ann", Noon + Grace, null) }));
            Assert.That(await ConnectionsAsync(Room, "guest:ann"), Is.EqualTo(new[] { "ann" }));
            Assert.That(await ConnectionsAsync(Room, "user:bob"), Is.Empty);
            Assert.That(await ConnectionsAsync(Room, "ann"), Is.Empty);
            Assert.That(await ConnectionsAsync("chat:new", "user:ann"), Is.Empty);
        });
    }

    [Test]
    public async Task Above1000Members_NothingIsTold_AndTheListGoesOn()
    {
        for (var i = 0; i < IDirectory.MaxAnnounced; i++)
        {
            await _one.EnterAsync(Room, User($"u{i:d4}", $"c{i}"));
        }

        var joins = await _otherEye.NextAsync(IDirectory.MaxAnnounced);
        Assert.That(Told(joins), Is.EqualTo(Enumerable.Range(0, 1_000).Select(i => ("join", $"user:u{i:d4}", 1))));

        // The first of these comes to 1,000, and is told: it is how one sees that the following are not.
        await _one.EnterAsync(Room, User("u0000", "c0", """{"name":"at 1,000"}"""));
        await _one.EnterAsync(Room, User("u1000", "c1000"));
        await _one.EnterAsync(Room, User("u0001", "c1", """{"name":"at 1,001"}"""));
        await _one.EnterAsync(Room, User("u1001", "c1001"));
        await _one.LeaveAsync(Room, User("u0002", "c2"), TimeSpan.Zero);
        var above = await ReadAsync(Room);
        await _one.LeaveAsync(Room, User("u0003", "c3"), TimeSpan.Zero);
        await _one.LeaveAsync(Room, User("u0004", "c4"), TimeSpan.Zero);
        await _one.EnterAsync(Room, User("u0005", "c5", """{"name":"at 999"}"""));

        var told = await _otherEye.NextAsync(3);
        Assert.Multiple(async () =>
        {
            Assert.That(
                told.Select(change => (change.Message.Type, change.Message.Member.Id, NameIn(change.Message.Member))),
                Is.EqualTo(new[] { ("update", "user:u0000", "at 1,000"), ("leave", "user:u0004", null), ("update", "user:u0005", "at 999") }));
            Assert.That(await HeardAsync(_otherEye), Is.Empty);
            Assert.That(_otherEye.Missed, Is.EqualTo(1), "told once that some were not told, as soon as changes are again");
            Assert.That(above.Count, Is.EqualTo(1_001));
            Assert.That(
                above.Members.Select(member => member.Id),
                Is.EqualTo(Enumerable.Range(0, 1_002).Where(i => i != 2).Select(i => $"user:u{i:d4}")));
            Assert.That(NameIn(above.Members[1]), Is.EqualTo("at 1,001"), "what is not told is known");
            Assert.That((await ReadAsync(Room)).Count, Is.EqualTo(999));
        });
    }

    [Test]
    public void AnySequence_IsToldAsItIsRead_AndAsTheModelSays() => Prop
        .ForAll(DirectorySequence.Any(), sequence =>
        {
            // What fails on the way to the shortest sequence that fails is not told.
            using var ofItsOwn = new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext();
            TryUntilAllIsToldAsync(sequence).GetAwaiter().GetResult();
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(SequencesToTry).WithStartSize(20));

    // A node that cannot keep up says so, and on a busy machine one may; not again and again.
    private async Task TryUntilAllIsToldAsync(DirectorySequence sequence)
    {
        for (var tries = 0; ; tries++)
        {
            var before = Disturbances;
            try
            {
                if (await sequence.TryRunAsync([_one, _other], Grace, Clock, PassAsync, () => Disturbances != before))
                {
                    return;
                }
            }
            catch (RealtimeException exception) when (exception.Error.Code == ErrorCodes.Unavailable)
            {
                await UntilBothAnswerAsync(); // It could not even be done, or read.
            }

            Assert.That(tries, Is.LessThan(RetriesOfASequence), "every time a node was not told of something, or the machine was too slow to tell");
        }
    }

    // Nobody tells when a store answers again to each of the calls that were refused; so they are asked.
    private async Task UntilBothAnswerAsync()
    {
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        foreach (var node in new[] { _one, _other })
        {
            for (var hasAnswered = false; !hasAnswered;)
            {
                try
                {
                    await node.WatchAsync("chat:answered", _eye, timeout.Token);
                    await node.UnwatchAsync("chat:answered", _eye, timeout.Token);
                    hasAnswered = true;
                }
                catch (RealtimeException)
                {
                    await Task.Delay(100, timeout.Token);
                }
            }
        }
    }

    internal static Occupant User(string userId, string connectionId, string? profile = null) =>
        new(connectionId, userId, profile is null ? null : JsonElement.Parse(profile), Noon);

    internal static Occupant Guest(string connectionId) => new(connectionId, null, null, Noon);

    // What was told of the room and not taken yet.
    private async Task<IReadOnlyList<PresenceChange>> HeardAsync(RecordingWatcher eye)
    {
        await DirectoryFence.SetAsync(_one, Room, ++_fences);
        return await DirectoryFence.UntilAsync(eye, _fences);
    }

    // What has come, where nothing that follows can be waited for.
    private static async Task<IReadOnlyList<PresenceChange>> TakenAsync(RecordingWatcher eye)
    {
        var changes = new List<PresenceChange>();
        while (eye.HasMore)
        {
            changes.Add(await eye.NextAsync());
        }

        return DirectoryFence.WithoutFences(changes);
    }

    private async Task CloseTwoAndReturnAsync(params string[] back)
    {
        await _one.EnterAsync(Room, User("ann", "c1"));
        await _other.EnterAsync(Room, User("ann", "c2"));
        await _one.LeaveAsync(Room, User("ann", "c1"), Grace);
        await _other.LeaveAsync(Room, User("ann", "c2"), Grace);
        foreach (var connection in back)
        {
            await _one.EnterAsync(Room, User("ann", connection));
        }

        Assert.That(Told(await HeardAsync(_eye)), Is.EqualTo(new[] { ("join", "user:ann", 1) }));
    }

    private ValueTask<MemberSlice> ReadAsync(string channel) => _other.ReadAsync(channel, after: null, limit: 10_000, default);

    private async Task<IEnumerable<(string Id, int Connections)>> MembersAsync(string channel)
    {
        var slice = await ReadAsync(channel);
        Assert.That((slice.Count, slice.IsLast), Is.EqualTo((slice.Members.Count, true)));
        return slice.Members.Select(member => (member.Id, member.Connections));
    }

    private async Task<IEnumerable<string>> ConnectionsAsync(string channel, string memberId) =>
        (await _other.ConnectionsAsync(channel, memberId, default)).Select(one => one.ConnectionId);

    private static IEnumerable<(string Type, string Id, int Connections)> Told(IEnumerable<PresenceChange> told) =>
        told.Select(change => (change.Message.Type, change.Message.Member.Id, change.Message.Member.Connections));

    private static string? NameIn(Member member) => NameIn(member.Profile);

    private static string? NameIn(JsonElement? profile) => profile?.GetProperty("name").GetString();
}
