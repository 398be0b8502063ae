using System.Text;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Channels;

/// <summary>The way from an old position to what is live, with a subscriber whose room the test decides.</summary>
[TestFixture]
public sealed class CatchUpTests
{
    private const string Name = "chat:a";
    private const int SeamBytes = 4_000;

    private static readonly Retention Kept = new(Size: 20, Ttl: TimeSpan.FromMinutes(10));

    private ManualTime _time = null!;
    private MemoryBroker _broker = null!;
    private Channel _channel = null!;

    [SetUp]
    public void Create()
    {
        _time = new ManualTime();
        _broker = new MemoryBroker(new MemoryBrokerOptions(1_000, 1_000_000), _time);
        _channel = new Channel(Name, TestChannels.Services(_time, _broker, recoveryPublications: 15, SeamBytes));
    }

    [TearDown]
    public void Dispose() => _broker.Dispose();

    [Test]
    public async Task Missed_ComesInOrder_ThenWhatIsPublished()
    {
        var start = await BeginAsync();
        await PublishAsync(3);
        var reader = new Reader();

        var joined = await JoinAsync(reader, start with { Offset = 1 });
        await PublishAsync(2);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.EqualTo(new Joined(start with { Offset = 3 }, Recovered: true)));
            Assert.That(reader.Offsets, Is.EqualTo(new[] { 2, 3, 4, 5 }));
            Assert.That(reader.Replayed, Is.EqualTo(new[] { true, true, false, false }));
        });
    }

    [Test]
    public async Task WhatIsPublishedMeanwhile_ComesInItsPlace_ThoughHistoryHasTrimmedIt()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 1 };
        var joining = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        // Twice as many as history keeps, while he has read one.
        await PublishAsync(2 * Kept.Size);
        reader.Room = int.MaxValue;
        var joined = await joining.InTime();
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(joined.Recovered, Is.True);
            Assert.That(reader.Offsets, Is.EqualTo(Enumerable.Range(1, 11 + 2 * Kept.Size)));
        });
    }

    [Test]
    public async Task OvertakenByMoreThanIsAtHand_IsAnError_OnceSomethingWasReplayed()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 1 };
        var joining = TryJoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        await PublishAsync(2_000);
        reader.Room = int.MaxValue;
        var result = await joining.InTime();
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(result.Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(reader.Offsets, Is.EqualTo(Enumerable.Range(1, 10)), "and nothing out of order");
        });
    }

    [Test]
    public async Task WhatTheBackplaneLost_IsToldToWhoIsLive_WhoThenHearsWhatFollows_ThoughItsOffsetsAreLower()
    {
        var reader = new Reader();
        var start = (await JoinAsync(reader, null)).From!;
        await PublishAsync(3);
        var top = new Position("another", 1);

        _channel.OnGap(top, RecoveryReasons.EpochChanged);
        foreach (var offset in new[] { 1, 2 })
        {
            _channel.OnPublication(BrokerSpecification.Some(Name) with { Position = top with { Offset = offset } });
        }

        Assert.Multiple(() =>
        {
            Assert.That(start.Offset, Is.Zero);
            Assert.That(reader.Gaps, Is.EqualTo(new[] { (top, RecoveryReasons.EpochChanged) }));
            Assert.That(reader.Offsets, Is.EqualTo(new[] { 1, 2, 3, 2 }), "what is not after the gap is not handed over");
        });
    }

    [Test]
    public async Task WhatTheBackplaneLost_EndsTheRecoveryOfWhoCatchesUp_WithoutAWordOfSuccess()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 1 };
        var joining = TryJoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        _channel.OnGap(new Position("another", 0), RecoveryReasons.EpochChanged);
        reader.Room = int.MaxValue;
        var result = await joining.InTime();

        Assert.Multiple(() =>
        {
            Assert.That(result.Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(reader.Gaps, Is.Empty);
        });
    }

    [TestCase(16, 0, "too_far")]
    [TestCase(21, 0, "trimmed")]
    [TestCase(2, 3, "position_ahead")]
    public async Task WhatCannotBeGiven_IsSaid_AndNothingIsReplayed(int published, long since, string reason)
    {
        var start = await BeginAsync();
        await PublishAsync(published);
        var reader = new Reader();

        var joined = await JoinAsync(reader, start with { Offset = since });
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.EqualTo(new Joined(start with { Offset = published }, Recovered: false, reason)));
            Assert.That(reader.Offsets, Is.EqualTo(new[] { published + 1 }));
        });
    }

    [Test]
    public async Task OtherEpoch_Expired_AndNoHistory_AreSaid()
    {
        var start = await BeginAsync();
        await PublishAsync(1);
        var other = await JoinAsync(new Reader(), new Position("other", 1));
        var never = await new Channel("live:a", TestChannels.Services(_time, _broker))
            .TryJoinAsync(new Reader(), SubscriberInterests.Everything, start, retention: null, default);
        _time.Advance(Kept.Ttl);
        var expired = await JoinAsync(new Reader(), start);

        Assert.Multiple(async () =>
        {
            Assert.That(other.Reason, Is.EqualTo("epoch_changed"));
            Assert.That(expired.Reason, Is.EqualTo("trimmed"));
            Assert.That((await never!.Value.CompleteAsync(default)).OrThrow(), Is.EqualTo(new Joined(null, Recovered: false, "unavailable")));
        });
    }

    [Test]
    public async Task StoreThatFails_IsSaid_AndWhatFollowsIsHeard()
    {
        var failing = new HinderedBroker(_broker);
        _channel = new Channel(Name, TestChannels.Services(_time, failing));
        var start = await BeginAsync();
        await PublishAsync(2);
        failing.BeforeReading = () => throw new IOException("gone");
        var reader = new Reader();

        var joined = await JoinAsync(reader, start);
        failing.BeforeReading = null;
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.EqualTo(new Joined(start with { Offset = 2 }, Recovered: false, "unavailable")));
            Assert.That(reader.Offsets, Is.EqualTo(new[] { 3 }));
        });
    }

    [Test]
    public async Task Leaving_EndsIt_AtOnce()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 3 };
        var joining = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        _channel.Leave(reader);
        var before = reader.Offsets.Count;
        reader.Room = int.MaxValue;
        var joined = await joining.InTime();
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(joined, Is.EqualTo(Joined.Never));
            Assert.That(reader.Offsets, Has.Count.EqualTo(before));
        });
    }

    [Test]
    public async Task ComingAgain_WhileTheFirstEnds_IsGivenItsOwnOnly()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 3 };
        var first = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        _channel.Leave(reader);
        var second = JoinAsync(reader, start with { Offset = 8 }).AsTask();
        reader.Room = int.MaxValue;
        Assert.That(await first.InTime(), Is.EqualTo(Joined.Never));
        Assert.That((await second.InTime()).Recovered, Is.True);
        await PublishAsync(1);

        Assert.That(reader.Offsets, Is.EqualTo(new[] { 1, 2, 3, 9, 10, 11 }));
    }

    [Test]
    public async Task OwnPublications_AreSparedInWhatIsReplayed_AsTheyAreLive()
    {
        var start = await BeginAsync();
        var reader = new Reader();
        await PublishAsync(1, sender: reader.ConnectionId);
        await PublishAsync(1);
        var quiet = new SubscriberInterests(InterestSet.Everything, InterestSet.Of([]));
        await (await _channel.TryJoinAsync(reader, quiet, start, Kept, default))!.Value.CompleteAsync(default);
        await PublishAsync(1, sender: reader.ConnectionId);
        await PublishAsync(1);
        Assert.That(reader.Offsets, Is.EqualTo(new[] { 2, 4 }));
    }

    [Test]
    public async Task OtherInterests_CountFromThereOn_InTheMiddleOfIt()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 3 };
        var joining = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        var nothing = InterestSet.Of([Interest.Compile(["other"], filter: null).OrThrow()]);
        _channel.Change(reader, new SubscriberInterests(nothing, nothing));
        reader.Room = int.MaxValue;
        var joined = await joining.InTime();
        await PublishAsync(1);

        Assert.Multiple(() =>
        {
            Assert.That(joined.From!.Offset, Is.EqualTo(10));
            Assert.That(reader.Offsets, Is.EqualTo(new[] { 1, 2, 3 }));
        });
    }

    [Test]
    public async Task TheSameOffsetAgain_IsNotGivenTwice()
    {
        var start = await BeginAsync();
        var reader = new Reader();
        await JoinAsync(reader, null);
        var publication = BrokerSpecification.Some(Name) with { Position = start with { Offset = 1 } };
        _channel.OnPublication(publication);
        _channel.OnPublication(publication);
        Assert.That(reader.Offsets, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task MuchAtTheSeam_ComesAsThereIsRoom_AndNotAtOnce()
    {
        var start = await BeginAsync();
        await PublishAsync(1);
        var reader = new Reader { Room = 1 };
        var joining = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        // Each has some hundreds of bytes; together they are more than may be put into his queue at once.
        await PublishAsync(SeamBytes / 100);
        reader.Room = 2;
        Assert.That(joining.IsCompleted, Is.False);
        Assert.That(reader.Offsets, Has.Count.LessThanOrEqualTo(2));
        reader.Room = int.MaxValue;
        await joining.InTime();
        Assert.That(reader.Offsets, Is.EqualTo(Enumerable.Range(1, 1 + SeamBytes / 100)));
    }

    [Test]
    public async Task RawMessages_AndWhoComesAndGoes_ReachWhoCatchesUpAtOnce_AndWhatIsLeftOutIsToldOnceAtTheEnd()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 1, SeesPresence = true };
        var joining = JoinAsync(reader, start).AsTask();
        await reader.WaitingAsync();

        _channel.Send(new OutboundPresence(new PresenceMessage(Name, "join", new Member("user:ann", "ann", 1, null, default))), new HashSet<string>());
        _channel.OnPresence(OfBob("join"));
        Assert.That((reader.Raw, reader.Presence, reader.MissedPresence), Is.EqualTo((2, 1, 0)));

        reader.HasRoomForPresence = false;
        _channel.OnPresence(OfBob("leave"));
        reader.HasRoomForPresence = true;
        _channel.OnPresence(OfBob("join"));
        _channel.OnPresenceMissed();
        Assert.That((reader.Raw, reader.Presence, reader.MissedPresence, joining.IsCompleted), Is.EqualTo((2, 1, 0, false)));

        reader.Room = int.MaxValue;
        await joining.InTime();
        Assert.That((reader.Raw, reader.Presence, reader.MissedPresence), Is.EqualTo((2, 1, 1)));
        _channel.OnPresence(OfBob("leave"));
        Assert.That((reader.Raw, reader.Presence, reader.MissedPresence), Is.EqualTo((3, 2, 1)));

        static PresenceChange OfBob(string type) => new(new PresenceMessage(Name, type, new Member("user:bob", "bob", 1, null, default)), "another");
    }

    [Test]
    public async Task OneThatCannotBeGivenAPublication_IsTold_AndTheOthersGetIt()
    {
        await BeginAsync();
        var (broken, other) = (new Reader { IsBroken = true }, new Reader());
        await JoinAsync(broken, null);
        await JoinAsync(other, null);
        await PublishAsync(1);
        Assert.Multiple(() =>
        {
            Assert.That(broken.Failures, Is.EqualTo(1));
            Assert.That(other.Offsets, Is.EqualTo(new[] { 1 }));
        });
    }

    [Test]
    public async Task DifferentFilters_AreCounted_OfThoseWhoCatchUpToo()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var one = Interest.Compile(["one"], filter: null).OrThrow();
        var other = Interest.Compile(["other"], filter: null).OrThrow();
        var set = InterestSet.Of([one]);
        await _channel.TryJoinAsync(new Reader(), new SubscriberInterests(set, set), start, Kept, default);
        Assert.Multiple(() =>
        {
            Assert.That(_channel.CountInterestsWith(one), Is.EqualTo(1));
            Assert.That(_channel.CountInterestsWith(other), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task GoneReader_IsNotWaitedFor()
    {
        var start = await BeginAsync();
        await PublishAsync(10);
        var reader = new Reader { Room = 1 };
        using var gone = new CancellationTokenSource();
        var joining = TryJoinAsync(reader, start, gone.Token).AsTask();
        await reader.WaitingAsync();

        await gone.CancelAsync();
        reader.Room = int.MaxValue;

        Assert.Multiple(async () =>
        {
            Assert.That((await joining.InTime()).OrThrow(), Is.EqualTo(Joined.Never));
            Assert.That(reader.Offsets, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task Readers_DecideAboutWhatIsReplayed_AsAboutWhatIsLive()
    {
        var start = await BeginAsync();
        var (inside, outside) = (new Reader { Roles = new HashSet<Role> { Role.Any, RoleOf("team:blue") } }, new Reader());
        await PublishAsync(1, readers: ["team:blue", "label:vip"]);
        await PublishAsync(1);
        await JoinAsync(inside, start);
        await JoinAsync(outside, start);
        await PublishAsync(1, readers: ["team:blue"]);
        await PublishAsync(1, readers: ["team:red"]);
        Assert.Multiple(() =>
        {
            Assert.That(inside.Offsets, Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(outside.Offsets, Is.EqualTo(new[] { 2 }));
        });
    }

    [Test]
    public async Task PassedOver_IsToldItsPosition_AtMostEveryFiveSeconds_WhileItLags()
    {
        var start = await BeginAsync();
        var (lagging, other) = (new Reader(), new Reader { Roles = new HashSet<Role> { Role.Users } });
        await JoinAsync(lagging, null);
        await JoinAsync(other, null);

        await PublishAsync(3, readers: ["users"]);
        _time.Advance(TimeSpan.FromSeconds(4));
        var early = lagging.Told.ToArray();
        await PublishAsync(1, readers: ["users"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        var first = lagging.Told.ToArray();
        _time.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync(1, readers: ["users"]);
        _time.Advance(TimeSpan.FromSeconds(5));
        var second = lagging.Told.ToArray();
        await PublishAsync(1, readers: ["users"]);
        await PublishAsync(1);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Multiple(() =>
        {
            Assert.That(early, Is.Empty);
            Assert.That(first, Is.EqualTo(new[] { start with { Offset = 4 } }));
            Assert.That(second, Is.EqualTo(new[] { start with { Offset = 4 }, start with { Offset = 5 } }));
            Assert.That(lagging.Told, Has.Count.EqualTo(2), "who was given the last knows how far it is");
            Assert.That(other.Told, Is.Empty);
        });
    }

    private static Role RoleOf(string text) => Role.TryParse(text, out var role) ? role : throw new AssertionException(text);

    // Somebody is there already, so the channel is heard.
    private async Task<Position> BeginAsync() => (await JoinAsync(new Reader(), null)).From!;

    private async Task PublishAsync(int count, IReadOnlyList<string>? readers = null, string? sender = null)
    {
        for (var i = 0; i < count; i++)
        {
            var publication = BrokerSpecification.Some(Name) with { Readers = readers, Sender = sender is null ? null : new Sender(null, sender) };
            await _broker.PublishAsync(publication, Kept, key: null, default);
        }
    }

    private async ValueTask<Joined> JoinAsync(Reader reader, Position? since) => (await TryJoinAsync(reader, since)).OrThrow();

    private async ValueTask<Result<Joined>> TryJoinAsync(Reader reader, Position? since, CancellationToken cancellationToken = default)
    {
        var joining = await _channel.TryJoinAsync(reader, SubscriberInterests.Everything, since, Kept, default);
        return await joining!.Value.CompleteAsync(cancellationToken);
    }

    /// <summary>A subscriber that writes down what it is given, and has room for so much.</summary>
    private sealed class Reader : ISubscriber, IOutlet, IEncoding
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _roomMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _room = int.MaxValue;

        public string Name => "test";

        public string ConnectionId { get; } = Guid.NewGuid().ToString();

        public IReadOnlySet<Role> Roles { get; init; } = Identity.Guest.Roles;

        public IOutlet Outlet => this;

        public bool WantsEcho => true;

        public bool SeesPresence { get; init; }

        public bool IsBroken { get; init; }

        public int Failures { get; private set; }

        public int Raw { get; private set; }

        public bool HasRoomForPresence { get; set; } = true;

        public int Presence { get; private set; }

        public int MissedPresence { get; private set; }

        public List<long> Offsets { get; } = [];

        public List<bool> Replayed { get; } = [];

        public List<(Position Position, string Reason)> Gaps { get; } = [];

        public List<Position> Told { get; } = [];

        public int Room
        {
            set
            {
                _room = value;
                if (value == int.MaxValue)
                {
                    _roomMade.TrySetResult();
                }
            }
        }

        public Task WaitingAsync() => _waiting.Task.InTime();

        public void Send(Outbound message)
        {
            if (IsBroken)
            {
                throw new IOException("broken");
            }

            message.For(this);
        }

        public void OnDeliveryFailed(Exception exception) => Failures++;

        public ValueTask WaitForRoomAsync()
        {
            if (Offsets.Count < _room)
            {
                return ValueTask.CompletedTask;
            }

            _waiting.TrySetResult();
            return new ValueTask(_roomMade.Task);
        }

        public void TellPosition(Position position) => Told.Add(position);

        public void TellGap(Position position, string reason) => Gaps.Add((position, reason));

        public bool TryDeliverPresence(Outbound message)
        {
            if (!HasRoomForPresence)
            {
                return false;
            }

            Presence++;
            message.For(this);
            return true;
        }

        public void OnPresenceMissed() => MissedPresence++;

        public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed)
        {
            Offsets.Add(publication.Position!.Offset);
            Replayed.Add(isReplayed);
            return Encoding.UTF8.GetBytes("once");
        }

        public ReadOnlyMemory<byte> Encode(PresenceMessage message)
        {
            Raw++;
            return default;
        }
    }
}
