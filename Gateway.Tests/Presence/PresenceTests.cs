using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Presence;

/// <summary>What those in a channel hear of who comes, goes and changes (promise 10).</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class PresenceTests
{
    private const string Room = "chat:room";

    private TestGateway _gateway = null!;
    private ManualTime _time = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task JoinAndUnsubscribe_AreToldAtOnce()
    {
        var watcher = await JoinAsync("watcher");
        var ann = await JoinAsync("ann");
        var joined = await NextOfAsync(watcher, "user:ann");
        await ann.UnsubscribeAsync(Room);
        var left = await NextOfAsync(watcher, "user:ann");
        Assert.Multiple(() =>
        {
            Assert.That((joined.Channel, joined.Type, joined.Member.UserId, joined.Member.Connections), Is.EqualTo((Room, "join", "ann", 1)));
            Assert.That((left.Channel, left.Type, left.Member.UserId, left.Member.Connections), Is.EqualTo((Room, "leave", "ann", 0)));
            Assert.That(left.Member.JoinedAt, Is.EqualTo(joined.Member.JoinedAt));
        });
    }

    [Test]
    public async Task WhoBecomesSomebodyElse_IsToldToListAgain_AndWhoRenewsHisTokenIsNot()
    {
        var ann = await JoinAsync("ann");
        await ann.AuthenticateAsync(TestTokens.For("ann"));
        await ann.AuthenticateAsync(TestTokens.For("bob"));
        Assert.Multiple(async () =>
        {
            Assert.That(await ann.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage(Room, "gap", "presence")), "his own going, as ann, was not told to him");
            Assert.That((await ann.GetMembersAsync(Room)).Members.Select(member => member.Id), Is.EqualTo(new[] { "user:bob" }));
        });
    }

    [Test]
    public async Task SeveralTabs_AreOneMember_OneJoinAndOneLeave()
    {
        var watcher = await JoinAsync("watcher");
        var one = await JoinAsync("ann");
        var other = await JoinAsync("ann");
        var members = await watcher.GetMembersAsync(Room);
        await one.UnsubscribeAsync(Room);
        await other.UnsubscribeAsync(Room);
        Assert.Multiple(async () =>
        {
            Assert.That(members.Members.Select(member => (member.Id, member.Connections)), Is.EqualTo(new[] { ("user:ann", 2), ("user:watcher", 1) }));
            Assert.That(await TypesUntilNowAsync(watcher, "user:ann"), Is.EqualTo(new[] { "join", "leave" }));
        });
    }

    [Test]
    public async Task ClosedUser_IsExpectedBackFor10Seconds_ThenLeaves()
    {
        var watcher = await JoinAsync("watcher");
        var ann = await JoinAsync("ann");
        await CloseAsync(ann, "user:ann");
        var during = await watcher.GetMembersAsync(Room);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        var before = await TypesUntilNowAsync(watcher, "user:ann");
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Multiple(async () =>
        {
            Assert.That(during.Members[0] is { UserId: "ann", Connections: 0 }, Is.True);
            Assert.That(before, Is.EqualTo(new[] { "join" }));
            Assert.That(await TypesUntilNowAsync(watcher, "user:ann"), Is.EqualTo(new[] { "leave" }));
            Assert.That((await watcher.GetMembersAsync(Room)).Count, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task ReconnectWithinTheGrace_IsNeitherLeaveNorJoin_AndKeepsTheProfile()
    {
        var watcher = await JoinAsync("watcher");
        var ann = await JoinAsync("ann");
        await ann.UpdateProfileAsync(new { name = "Ann" });
        var joinedAt = (await watcher.GetMembersAsync(Room)).Members[0].JoinedAt;
        await CloseAsync(ann, "user:ann");
        _time.Advance(TimeSpan.FromSeconds(5));
        await JoinAsync("ann");
        _time.Advance(TimeSpan.FromSeconds(20));
        var member = (await watcher.GetMembersAsync(Room)).Members[0];
        Assert.Multiple(async () =>
        {
            Assert.That(await TypesUntilNowAsync(watcher, "user:ann"), Is.EqualTo(new[] { "join", "update" }));
            Assert.That((member.UserId, member.Connections, member.JoinedAt), Is.EqualTo(("ann", 1, joinedAt)));
            Assert.That(member.Profile!.Value.GetProperty("name").GetString(), Is.EqualTo("Ann"));
        });
    }

    [Test]
    public async Task Guest_IsEachConnectionForItself_AndGoneAtOnce()
    {
        var watcher = await JoinAsync("watcher");
        var guest = await JoinAsync(null);
        var joined = await NextOfAsync(watcher, null);
        await guest.DisposeAsync();
        var left = await NextOfAsync(watcher, null);
        Assert.Multiple(() =>
        {
            Assert.That((joined.Type, left.Type), Is.EqualTo(("join", "leave")));
            Assert.That(joined.Member.Id, Does.StartWith("guest:").And.EqualTo(left.Member.Id));
        });
    }

    [Test]
    public async Task Profile_ReachesEveryJoinedChannel_AndThoseJoinedLater()
    {
        var watcher = await JoinAsync("watcher");
        await watcher.SubscribeAsync("chat:other");
        var ann = await JoinAsync("ann");
        await ann.UpdateProfileAsync(new { mood = "good" });
        await ann.SubscribeAsync("chat:other");
        await ann.UpdateProfileAsync(new { mood = "better" });
        await ann.UpdateProfileAsync(new { mood = "better" });

        var heard = (await watcher.PresenceUntilNowAsync())
            .Where(message => message.Member.UserId == "ann")
            .Select(message => (message.Channel, message.Type, message.Member.Profile?.GetProperty("mood").GetString()))
            .ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(heard[..3], Is.EqualTo(new (string, string, string?)[] { (Room, "join", null), (Room, "update", "good"), ("chat:other", "join", "good") }));
            Assert.That(heard[3..], Is.EquivalentTo(new (string, string, string?)[] { (Room, "update", "better"), ("chat:other", "update", "better") }));
        });
    }

    [TestCase("42", "invalid_request: A profile is a JSON object.")]
    [TestCase("null", "invalid_request: A profile is a JSON object.")]
    [TestCase("[]", "invalid_request: A profile is a JSON object.")]
    public async Task Profile_IsAnObject(string profile, string error)
    {
        var raw = await _gateway.ConnectRawAsync();
        Assert.That((await raw.InvokeAsync("UpdateProfile", $"[{profile}]"))["error"]!.GetValue<string>(), Is.EqualTo(error));
    }

    [Test]
    public async Task Profile_MayHoldAnyNumber_AndTheSameAgainIsNoUpdate()
    {
        var watcher = await JoinAsync("watcher");
        var ann = await JoinAsync("ann");
        var huge = System.Text.Json.JsonElement.Parse("""{"n":1e99999999999}""");
        await ann.UpdateProfileAsync(huge);
        await ann.UpdateProfileAsync(huge);
        Assert.That(await TypesUntilNowAsync(watcher, "user:ann"), Is.EqualTo(new[] { "join", "update" }));
    }

    [Test]
    public async Task Profile_CannotBeLarge_InManyChannels()
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await ann.SubscribeAsync(Enumerable.Range(0, 98).Select(i => $"live:{i}").ToArray());
        var error = await ann.ErrorOfAsync("UpdateProfile", new { name = new string('x', 4_000) });
        Assert.That(error, Is.EqualTo("payload_too_large: The copies of the profile for 100 channels have 401100 bytes; 262144 are the most."));
    }

    [Test]
    public async Task Profile_OverItsBound_IsRefused_AndTheOneBeforeStays()
    {
        var ann = await JoinAsync("ann");
        await ann.UpdateProfileAsync(new { name = "Ann" });
        var error = await ann.ErrorOfAsync("UpdateProfile", new { name = new string('x', 5_000) });
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("payload_too_large: The profile has 5011 bytes; 4096 are the most."));
            Assert.That((await ann.GetMembersAsync(Room)).Members.Single().Profile!.Value.GetProperty("name").GetString(), Is.EqualTo("Ann"));
        });
    }

    [Test]
    public async Task Hidden_SeesAndIsNotSeen()
    {
        var watcher = await JoinAsync("watcher");
        var spy = await _gateway.ConnectAsync(TestTokens.For("spy", new { labels = new[] { "observer" } }));
        await spy.SubscribeAsync(new { channels = new[] { Room }, hidden = true });
        await spy.UpdateProfileAsync(new { name = "nobody" });
        await JoinAsync("ann");
        Assert.Multiple(async () =>
        {
            Assert.That(await TypesUntilNowAsync(spy, "user:ann"), Is.EqualTo(new[] { "join" }));
            Assert.That(await TypesUntilNowAsync(watcher, "user:spy"), Is.Empty);
            Assert.That((await watcher.GetMembersAsync(Room)).Members.Select(member => member.UserId), Is.EqualTo(new[] { "ann", "watcher" }));
        });

        // Seen by one subscription is seen; hidden by all again is gone.
        await spy.SubscribeAsync(new { id = "open", channels = new[] { Room } });
        await spy.UnsubscribeAsync(new { id = "open" });
        Assert.That(await TypesUntilNowAsync(watcher, "user:spy"), Is.EqualTo(new[] { "join", "leave" }));
    }

    [Test]
    public async Task Hidden_IsSince_WhenOneIsFirstSeen()
    {
        var spy = await _gateway.ConnectAsync(TestTokens.For("spy", new { labels = new[] { "observer" } }));
        await spy.SubscribeAsync(new { channels = new[] { Room }, hidden = true });
        _time.Advance(TimeSpan.FromMinutes(5));
        await spy.SubscribeAsync(Room);
        var member = (await spy.GetMembersAsync(Room)).Members.Single();
        Assert.That(member.JoinedAt, Is.EqualTo(_time.GetUtcNow()));
    }

    [Test]
    public async Task Hidden_StaysSo_WhenTheServerGrantsTheChannelToo()
    {
        var watcher = await JoinAsync("watcher");
        var spy = await _gateway.ConnectAsync(TestTokens.For("spy", new { labels = new[] { "observer" } }));
        var groups = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub>>().Groups;
        await spy.SubscribeAsync(new { channels = new[] { Room }, hidden = true });
        await groups.AddToGroupAsync(await spy.FindIdAsync(), Room);
        Assert.That(await TypesUntilNowAsync(watcher, "user:spy"), Is.Empty);

        await spy.AuthenticateAsync(TestTokens.For("spy"));
        Assert.Multiple(async () =>
        {
            Assert.That((await spy.NextNoticeAsync()).State, Is.EqualTo("revoked"), "who may not be hidden is out, however he came in");
            Assert.That(await TypesUntilNowAsync(watcher, "user:spy"), Is.Empty);
        });
    }

    [Test]
    public async Task Hidden_Lost_EndsOnlyWhatIsHidden()
    {
        var spy = await _gateway.ConnectAsync(TestTokens.For("spy", new { labels = new[] { "observer" } }));
        await spy.SubscribeAsync(Room);
        await spy.SubscribeAsync(new { id = "secret", channels = new[] { Room, "chat:other" }, hidden = true });
        await spy.AuthenticateAsync(TestTokens.For("spy"));
        Assert.That((await spy.NextNoticeAsync()).Channel, Is.EqualTo("chat:other"));
        await spy.SendAsync(Room, "message", null);
        Assert.That((await spy.NextEventAsync()).Channel, Is.EqualTo(Room));
    }

    [Test]
    public async Task Hidden_NeedsItsRight()
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        var error = await ann.ErrorOfAsync("Subscribe", new { channels = new[] { Room }, hidden = true });
        Assert.That(error, Is.EqualTo("permission_denied: You may not be hidden in 'chat:room'."));
    }

    [Test]
    public async Task HiddenSession_ThatLosesTheRight_IsOutRatherThanSeen()
    {
        var watcher = await JoinAsync("watcher");
        var spy = await _gateway.ConnectAsync(TestTokens.For("spy", new { labels = new[] { "observer" } }));
        await spy.SubscribeAsync(new { channels = new[] { Room }, hidden = true });
        await spy.AuthenticateAsync(TestTokens.For("spy"));
        var notice = await spy.NextNoticeAsync();
        Assert.Multiple(async () =>
        {
            Assert.That((notice.Channel, notice.State, notice.Reason), Is.EqualTo((Room, "revoked", "permission_denied")));
            Assert.That(await TypesUntilNowAsync(watcher, "user:spy"), Is.Empty);
        });
    }

    [TestCase(true, new[] { "join", "update" })]
    [TestCase(false, new string[0])]
    public async Task Echo_DecidesWhetherOneHearsOfOneself(bool echo, string[] heard)
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await ann.SubscribeAsync(new { channels = new[] { Room }, echo });
        await ann.UpdateProfileAsync(new { name = "Ann" });
        await JoinAsync("bob");
        Assert.Multiple(async () =>
        {
            var all = await ann.PresenceUntilNowAsync();
            Assert.That(all.Where(message => message.Member.UserId == "ann").Select(message => message.Type), Is.EqualTo(heard));
            Assert.That(all.Where(message => message.Member.UserId == "bob").Select(message => message.Type), Is.EqualTo(new[] { "join" }));
        });
    }

    [Test]
    public async Task ReaderWithoutRoom_IsNotClosedForPresence_ButToldToListAgain()
    {
        // A client that reads nothing: what is for it waits with the gateway.
        var reader = await _gateway.ConnectRawAsync();
        await reader.InvokeAsync("Subscribe", """[{"channels":["chat:room"],"echo":false}]""");
        var ann = await JoinAsync("ann");
        for (var i = 0; i < 2_000; i++)
        {
            await ann.UpdateProfileAsync(new { i, filling = new string('x', 4_000) });
        }

        // Eight megabytes later it reads: first what found room, then that something did not, then what comes now.
        var messages = new List<System.Text.Json.Nodes.JsonNode>();
        do
        {
            messages.Add((await reader.NextOfTypeAsync(1))["arguments"]![0]!);
        }
        while (messages[^1]["state"] is null);

        await ann.UnsubscribeAsync(Room);
        var next = (await reader.NextOfTypeAsync(1))["arguments"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That(messages[^1].ToJsonString(), Is.EqualTo("""{"channel":"chat:room","state":"gap","reason":"presence"}"""));
            Assert.That(messages, Has.Count.LessThan(2_000));
            Assert.That(next["type"]!.GetValue<string>(), Is.EqualTo("leave"));
        });
    }

    [Test]
    public async Task PresenceRight_IsThatOfTheLastDecision()
    {
        var right = new PresenceRight();
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(right));
        var watcher = await gateway.ConnectAsync();
        await watcher.SubscribeAsync(new { channels = new[] { Room }, echo = false });
        var ann = await gateway.ConnectAsync();
        foreach (var decision in new[] { ChannelDecision.Deny, ChannelDecision.Allow })
        {
            right.Decision = decision;
            await watcher.SubscribeAsync(new { channels = new[] { Room }, echo = false });
            await ann.SubscribeAsync(Room);
            await ann.UnsubscribeAsync(Room);
            Assert.That(await watcher.PresenceUntilNowAsync(), decision == ChannelDecision.Allow ? Has.Count.EqualTo(2) : Is.Empty);
        }
    }

    [Test]
    public async Task Reading_DoesNotImplySeeingWhoComes()
    {
        var reader = await _gateway.ConnectAsync(TestTokens.For("reader"));
        await reader.SubscribeAsync("silent:room");
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await ann.SubscribeAsync("silent:room");
        Assert.That(await reader.PresenceUntilNowAsync(), Is.Empty);
    }

    [Test]
    public async Task AnotherUser_LeavesAsOne_AndJoinsAsTheOther_OnlyWhereHeMayBe()
    {
        var watcher = await _gateway.ConnectAsync(TestTokens.For("watcher", "blue"));
        await watcher.SubscribeAsync(new[] { Room, "team:blue:room" });
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        await ann.SubscribeAsync(new[] { Room, "team:blue:room" });
        await ann.UpdateProfileAsync(new { name = "Ann" });
        await watcher.PresenceUntilNowAsync();

        await ann.AuthenticateAsync(TestTokens.For("bob"));
        var heard = (await watcher.PresenceUntilNowAsync()).Select(message => (message.Channel, message.Type, message.Member.UserId, message.Member.Profile is null));
        Assert.That(heard, Is.EquivalentTo(new[]
        {
            (Room, "leave", "ann", false), ("team:blue:room", "leave", "ann", false), (Room, "join", "bob", true),
        }));
    }

    [Test]
    public async Task Presence_IsExactOnTheWire()
    {
        var raw = await _gateway.ConnectRawAsync();
        await raw.InvokeAsync("Subscribe", """[{"channels":["chat:room"],"echo":false}]""");
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await ann.UpdateProfileAsync(new { name = "Ännchen" });
        await ann.SubscribeAsync(Room);
        var message = await raw.NextOfTypeAsync(1);
        var member = message["arguments"]![0]!["member"]!;
        var joinedAt = member["joinedAt"]!.GetValue<string>();
        Assert.Multiple(() =>
        {
            Assert.That(joinedAt, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"));
            Assert.That(member["profile"]!["name"]!.GetValue<string>(), Is.EqualTo("Ännchen"));
            member["profile"] = null;
            Assert.That(message.ToJsonString(), Is.EqualTo(
                $$$"""{"type":1,"target":"presence","arguments":[{"channel":"chat:room","type":"join","member":{"id":"user:ann","userId":"ann","connections":1,"profile":null,"joinedAt":"{{{joinedAt}}}"}}]}"""));
        });
    }

    private async Task<TestClient> JoinAsync(string? userId)
    {
        var client = await _gateway.ConnectAsync(userId is null ? null : TestTokens.For(userId));
        await client.SubscribeAsync(Room);
        return client;
    }

    private sealed class PresenceRight : IChannelAuthorizer
    {
        public ChannelDecision Decision { get; set; }

        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken) =>
            new(access.Right == Right.Presence ? Decision : ChannelDecision.Abstain);
    }

    // Closes, and returns when the gateway has noticed.
    // The room is left some time after the connection is gone.
    private async Task CloseAsync(TestClient client, string memberId)
    {
        await client.Hub.StopAsync().InTime();
        var presence = _gateway.Services.GetRequiredService<RealtimeGateway.Edges.InProcess.IPresence>();
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while ((await presence.GetMembersAsync(new MembersRequest { Channel = Room }, timeout.Token)).Members.Any(member => member.Id == memberId && member.Connections > 0))
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<PresenceMessage> NextOfAsync(TestClient client, string? memberId)
    {
        while (true)
        {
            var message = await client.NextPresenceAsync();
            if (memberId is null ? message.Member.UserId is null : message.Member.Id == memberId)
            {
                return message;
            }
        }
    }

    private static async Task<string[]> TypesUntilNowAsync(TestClient client, string memberId) =>
        [.. (await client.PresenceUntilNowAsync()).Where(message => message.Member.Id == memberId).Select(message => message.Type)];
}
