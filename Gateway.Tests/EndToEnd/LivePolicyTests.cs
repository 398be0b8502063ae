using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>What may be heard, said and seen when the policies change while the gateway runs, on open sessions too.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class LivePolicyTests
{
    private ChangingSettings _settings = null!;
    private Hesitating _authorizer = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _settings = new ChangingSettings();
        _settings.Change(
            ("Channels:0:Pattern", "room:*"), ("Channels:0:Read:0", "any"), ("Channels:0:Write:0", "any"), ("Channels:0:Presence:0", "any"), ("Channels:0:Hidden:0", "any"),
            ("Channels:1:Pattern", "other:*"), ("Channels:1:Read:0", "any"), ("Channels:1:Write:0", "any"), ("Channels:1:Presence:0", "any"), ("Channels:1:Hidden:0", "any"));
        _authorizer = new Hesitating("other:slow");
        _gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(_authorizer), sources: _settings);
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task PolicyThatNoLongerAllows_EndsTheSubscription_AndNothingOfItComesAfterTheNotice()
    {
        await using var guest = await _gateway.ConnectRawAsync();
        await guest.InvokeAsync("Subscribe", """["other:a"]""");
        var publishing = PublishUntilAsync("room:a", out var stop);
        for (var round = 0; round < 20; round++)
        {
            _settings.Change(("Channels:0:Read:0", "any"));
            await guest.InvokeAsync("Subscribe", """["room:a"]""");
            var heard = new List<int>();
            JsonNode message;
            while ((message = await NextAsync(guest))["state"] is null)
            {
                heard.Add(message["data"]!.GetValue<int>());
                if (heard.Count == 3)
                {
                    _settings.Change(("Channels:0:Read:0", "users"));
                }
            }

            var other = await PublishAsync("other:a", -1);
            Assert.That(message.ToJsonString(), Is.EqualTo("""{"channel":"room:a","state":"revoked","reason":"permission_denied"}"""));
            Assert.That(heard, Has.Count.GreaterThanOrEqualTo(3).And.EqualTo(Enumerable.Range(heard[0], heard.Count)), "all before the notice, in order");
            Assert.That((await NextAsync(guest))["id"]!.GetValue<string>(), Is.EqualTo(other.Id), "and then only of the other channel");
            Assert.That((await guest.InvokeAsync("Subscribe", """["room:a"]"""))["error"]!.GetValue<string>(), Is.EqualTo("permission_denied: You may not read 'room:a'."));
        }

        stop();
        await publishing;
    }

    [Test]
    public async Task PolicyThatNoLongerAllowsSome_LosesAndDoublesNothingForOthers()
    {
        var (user, guest) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectAsync());
        await user.SubscribeAsync("room:a");
        await guest.SubscribeAsync("room:a");
        var publishing = PublishUntilAsync("room:a", out var stop);
        for (var i = 0; i <= 20; i++)
        {
            _settings.Change(("Channels:0:Read:0", i % 2 == 0 ? "users" : "any"), ("Limits:ChannelsPerSession", $"{100 + i}"));
            await user.NextEventAsync();
        }

        await guest.NextRevocationAsync();
        stop();
        var count = await publishing;
        var rest = await user.EventsUntilNowAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(rest.Select(heard => heard.Data.GetInt32()), Is.EqualTo(Enumerable.Range(21, count - 21)));
            Assert.That((await user.PresenceUntilNowAsync()).Count(change => change.Member.UserId == "ann"), Is.EqualTo(1), "that he came, and no more");
        });
    }

    [Test]
    public async Task PolicyThatAllowsNow_LetsSubscribeAndPublish()
    {
        _settings.Change(("Channels:0:Read:0", "users"), ("Channels:0:Write:0", "users"));
        var guest = await _gateway.ConnectAsync();
        Assert.That(await guest.ErrorOfAsync("Subscribe", "room:a"), Does.StartWith("permission_denied: "));
        Assert.That(await guest.ErrorOfAsync("Send", "room:a", "message", 1), Does.StartWith("permission_denied: "));
        _settings.Change(("Channels:0:Read:0", "any"), ("Channels:0:Write:0", "any"));
        await guest.SubscribeAsync("room:a");
        await guest.SendAsync("room:a", "message", 1);
        Assert.That((await guest.NextEventAsync()).Data.GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task Policy_ThatIsGone_EndsItsSubscriptions_WhateverTokenGrantsStay()
    {
        var channels = new Dictionary<string, string[]> { ["room:own"] = ["read"] };
        var client = await _gateway.ConnectAsync(TestTokens.For("ann", new { channels }));
        await client.SubscribeAsync(new[] { "room:a", "room:own" });
        _settings.Change(("Channels:0:Pattern", "nothing:*"));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("room:a", "revoked", "permission_denied")));
            await AssertHearsAsync(client, "room:own");
        });
    }

    [Test]
    public async Task PresenceThatIsWithdrawn_TellsNothingMore_AndIsNotListed_AndComesBack()
    {
        var (watcher, marked) = (await _gateway.ConnectAsync(), await _gateway.ConnectAsync());
        await watcher.SubscribeAsync("room:a");
        await watcher.NextPresenceAsync();

        // The end of another subscription says that the watcher is asked again, and a call is answered after that.
        await watcher.SubscribeAsync("other:mark");
        await watcher.NextPresenceAsync();
        _settings.Change(("Channels:0:Presence:0", "users"), ("Channels:1:Read:0", "users"));
        await watcher.NextRevocationAsync();
        await watcher.UnsubscribeAsync("nothing:here");
        await marked.SubscribeAsync("room:a");
        Assert.Multiple(async () =>
        {
            Assert.That(await watcher.PresenceUntilNowAsync(), Is.Empty);
            Assert.That(await watcher.ErrorOfAsync("GetMembers", "room:a"), Is.EqualTo("permission_denied: You may not see who is in 'room:a'."));
            await AssertHearsAsync(watcher, "room:a");
        });

        _settings.Change(("Channels:0:Presence:0", "any"), ("Channels:1:Read:0", "any"));
        Assert.That((await watcher.GetMembersAsync("room:a")).Count, Is.EqualTo(2));
        Assert.That(
            async () =>
            {
                await (await _gateway.ConnectAsync()).SubscribeAsync("room:a");
                return await watcher.PresenceUntilNowAsync();
            },
            Is.Not.Empty.After((int)Bounds.Timeout.TotalMilliseconds, 10));
    }

    [Test]
    public async Task HiddenThatIsWithdrawn_EndsTheHiddenSubscription_AndNoOther()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync(new { id = "unseen", channels = new[] { "room:a", "room:b" }, hidden = true });
        await client.SubscribeAsync("room:c");
        _settings.Change(("Channels:0:Hidden:0", "label:observer"));
        SubscriptionMessage[] notices = [await client.NextRevocationAsync(), await client.NextRevocationAsync()];
        Assert.Multiple(async () =>
        {
            Assert.That(notices, Is.EquivalentTo(new[] { new SubscriptionMessage("room:a", "revoked", "permission_denied"), new SubscriptionMessage("room:b", "revoked", "permission_denied") }));
            Assert.That((await client.UnsubscribeAsync(new { id = "unseen" })).Removed, Is.False);
            await PublishAsync("room:a", 1);
            await AssertHearsAsync(client, "room:c");
            Assert.That(await client.ErrorOfAsync("Subscribe", new { channels = new[] { "room:a" }, hidden = true }), Is.EqualTo("permission_denied: You may not be hidden in 'room:a'."));
        });
    }

    [Test]
    public async Task Broadcast_GoesByTheRolesOfNow()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        Assert.That(await client.ErrorOfAsync("Broadcast", "news", 1), Is.EqualTo("permission_denied: You may not broadcast."));
        _settings.Change(("Broadcast:0", "users"));
        Assert.That((await client.BroadcastAsync("news", 1)).Id, Is.Not.Empty);
        _settings.Change(("Broadcast:0", "label:admin"));
        Assert.That(await client.ErrorOfAsync("Broadcast", "news", 1), Is.EqualTo("permission_denied: You may not broadcast."));
    }

    [Test]
    public async Task SubscribingThatIsSwitchedOff_EndsWhatClientsSubscribedTo_AndNotWhatIsTheirs()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync("room:a");
        var session = _gateway.Services.GetRequiredService<SessionRegistry>().OfUser("ann").Single();
        await _gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>().Groups.AddToGroupAsync(session.ConnectionId, "room:granted");
        _settings.Change(("Clients:Subscribe", "false"));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("room:a", "revoked", "disabled")));
            Assert.That(await client.ErrorOfAsync("Subscribe", "room:a"), Is.EqualTo("disabled: Clients may not subscribe on this gateway."));
            await AssertHearsAsync(client, "$user:ann");
            await AssertHearsAsync(client, "room:granted");
            Assert.That((await client.SendAsync("room:granted", "message", 1)).Id, Is.EqualTo((await client.NextEventAsync()).Id), "to publish is another thing");
            Assert.That((await (await _gateway.ConnectAsync()).AuthenticateAsync(null)).UserId, Is.Null, "so is to connect");
        });
        _settings.Change(("Clients:Subscribe", "true"));
        await client.SubscribeAsync("room:a");
        await AssertHearsAsync(client, "room:a");
    }

    [Test]
    public async Task PublishingThatIsSwitchedOff_IsRefused_AndWhatServersPublishIsHeard()
    {
        _settings.Change(("Broadcast:0", "any"));
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("room:a");
        _settings.Change(("Clients:Publish", "false"));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Send", "room:a", "message", 1), Is.EqualTo("disabled: Clients may not publish on this gateway; publish from a server."));
            Assert.That(await client.ErrorOfAsync("Publish", new { channel = "room:a", @event = "message", data = 1 }), Does.StartWith("disabled: "));
            Assert.That(await client.ErrorOfAsync("Broadcast", "message", 1), Does.StartWith("disabled: "));
            await AssertHearsAsync(client, "room:a");
        });
        _settings.Change(("Clients:Publish", "true"));
        Assert.That((await client.SendAsync("room:a", "message", 1)).Id, Is.Not.Empty);
    }

    [TestCase("Channels:0:Read:0", "label:admin", "permission_denied: You may not read 'room:a'.")]
    [TestCase("Channels:0:Hidden:0", "label:admin", "permission_denied: You may not be hidden in 'room:a'.")]
    [TestCase("Clients:Subscribe", "false", "disabled: Clients may not subscribe on this gateway.")]
    public async Task SubscribeThatWasDecidedByTheRulesBefore_DoesNotSlipIn(string key, string value, string why)
    {
        var client = await _gateway.ConnectAsync();
        _authorizer.Answer = new TaskCompletionSource();

        // The first channel is decided when the second is asked for.
        var refused = client.ErrorOfAsync("Subscribe", new { channels = new[] { "room:a", "other:slow" }, hidden = true });
        await _authorizer.Asked;
        _settings.Change((key, value));
        _authorizer.Answer.SetResult();
        Assert.That(await refused, Is.EqualTo(why));
        await PublishAsync("room:a", 1);
        Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
    }

    [Test]
    public async Task SubscribeThatIsAllowedByBothRules_GoesOn_AndSeesByThoseOfNow()
    {
        var client = await _gateway.ConnectAsync();
        _authorizer.Answer = new TaskCompletionSource();
        var subscribing = client.SubscribeAsync(new[] { "room:a", "other:slow" });
        await _authorizer.Asked;
        _settings.Change(("Channels:0:Presence:0", "label:admin"));
        _authorizer.Answer.SetResult();
        await subscribing;
        await (await _gateway.ConnectAsync()).SubscribeAsync("room:a");
        Assert.Multiple(async () =>
        {
            await AssertHearsAsync(client, "room:a");
            Assert.That((await client.PresenceUntilNowAsync()).Select(change => change.Channel), Has.None.EqualTo("room:a"));
        });
    }

    [Test]
    public async Task HostThatDoesNotDecideInTime_WhenThePoliciesChange_HoldsUpNobodyElse()
    {
        var (waiting, other) = (await _gateway.ConnectAsync(), await _gateway.ConnectAsync());
        await waiting.SubscribeAsync(new[] { "room:a", "other:slow" });
        await other.SubscribeAsync("room:a");
        _authorizer.Answer = new TaskCompletionSource();
        _settings.Change(("Channels:0:Read:0", "users"));
        Assert.Multiple(async () =>
        {
            Assert.That((await other.NextRevocationAsync()).Channel, Is.EqualTo("room:a"));
            Assert.That((await waiting.NextRevocationAsync()).Channel, Is.EqualTo("room:a"), "not even its own other channels");
        });
        _authorizer.Answer.SetResult();
        await AssertHearsAsync(waiting, "other:slow");
    }

    [Test]
    public async Task ChangeOfSomethingElse_DecidesNothingAgain()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync(new[] { "room:a", "other:slow" });
        var asked = _authorizer.Decisions;
        var sessions = _gateway.Services.GetRequiredService<SessionRegistry>();
        _settings.Change(("Limits:ChannelsPerSession", "50"), ("RateLimits:Publish:0:Permits", "1000"));
        await sessions.ReviewAsync();
        Assert.That(_authorizer.Decisions, Is.EqualTo(asked));
        _settings.Change(("Channels:2:Pattern", "more:*"));
        await sessions.ReviewAsync();
        Assert.That(_authorizer.Decisions, Is.GreaterThan(asked), "but policies are something");
    }

    // A subscription that was made in between must not be taken for one that is decided.
    [TestCase("Clients:Subscribe", "false", "true")]
    [TestCase("Channels:0:Read:0", "users", "any")]
    public void RulesThatWereOthersMeanwhile_AreNotTheSame(string key, string meanwhile, string again)
    {
        _settings.Change((key, again));
        var rights = _gateway.Services.GetRequiredService<RightsCheck>();
        var before = rights.Rules;
        Assert.That(rights.Rules, Is.EqualTo(before));
        _settings.Change((key, meanwhile));
        _settings.Change((key, again));
        Assert.That(rights.Rules, Is.Not.EqualTo(before));
    }

    [Test]
    public async Task History_ThatIsSwitchedOn_GivesPositions_OffTakesThemAway_AndOnAgainBeginsAnEpoch()
    {
        (string, string?)[] on = [("Channels:0:History:Size", "10")];
        (string, string?)[] off = [("Channels:0:History:Size", null)];
        var client = await _gateway.ConnectAsync();
        Assert.That((await client.SubscribeAsync("room:a")).Channels.Single().Position, Is.Null);
        var before = await SendAndHearAsync(client);

        _settings.Change(on);
        EventMessage[] first = [await SendAndHearAsync(client), await SendAndHearAsync(client)];
        var joined = (await (await _gateway.ConnectAsync()).SubscribeAsync("room:a")).Channels.Single().Position;
        var kept = await HistoryAsync(client);

        _settings.Change(off);
        var standing = (await client.SubscribeAsync("room:a")).Channels.Single().Position;
        var disabled = await client.ErrorOfAsync("GetHistory", new { channel = "room:a" });
        var between = await SendAndHearAsync(client);
        var without = (await (await _gateway.ConnectAsync()).SubscribeAsync("room:a")).Channels.Single().Position;

        _settings.Change(on);
        var joinedAgain = (await (await _gateway.ConnectAsync()).SubscribeAsync("room:a")).Channels.Single().Position;
        var second = await SendAndHearAsync(client);
        Assert.Multiple(async () =>
        {
            Assert.That(PositionOf(before), Is.Null);
            Assert.That(first.Select(message => message.Offset), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(first[0].Epoch, Is.Not.Null.And.EqualTo(first[1].Epoch));
            Assert.That(joined, Is.EqualTo(PositionOf(first[1])));
            Assert.That(kept.Publications.Select(message => message.Id), Is.EqualTo(first.Select(message => message.Id)), "and nothing of before");
            Assert.That(standing, Is.Null, "a channel without history has no position");
            Assert.That(disabled, Does.StartWith("history_disabled: "));
            Assert.That(PositionOf(between), Is.Null);
            Assert.That(without, Is.Null);
            Assert.That(joinedAgain, Is.EqualTo(new Position(second.Epoch!, 0)));
            Assert.That(second.Offset, Is.EqualTo(1));
            Assert.That(second.Epoch, Is.Not.EqualTo(first[0].Epoch));
            Assert.That((await HistoryAsync(client)).Publications.Select(message => message.Id), Is.EqualTo(new[] { second.Id }));
        });
    }

    [Test]
    public async Task History_ThatIsOffAndOnWithNothingPublishedBetween_GoesOn()
    {
        _settings.Change(("Channels:0:History:Size", "10"));
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("room:a");
        var first = await SendAndHearAsync(client);
        _settings.Change(("Channels:0:History:Size", null));
        _settings.Change(("Channels:0:History:Size", "10"));
        var second = await SendAndHearAsync(client);
        Assert.That(PositionOf(second), Is.EqualTo(PositionOf(first)! with { Offset = 2 }));
    }

    [Test]
    public async Task History_ThatGetsSmaller_KeepsLess()
    {
        _settings.Change(("Channels:0:History:Size", "10"));
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("room:a");
        for (var i = 0; i < 5; i++)
        {
            await SendAndHearAsync(client);
        }

        _settings.Change(("Channels:0:History:Size", "2"));
        await SendAndHearAsync(client);
        Assert.That((await HistoryAsync(client)).Publications.Select(message => message.Offset), Is.EqualTo(new[] { 5, 6 }));
    }

    // The next event or notice; who comes and goes is passed over.
    private static async Task<JsonNode> NextAsync(RawClient client)
    {
        while (true)
        {
            var message = await client.NextOfTypeAsync(1);
            if (message["target"]!.GetValue<string>() is "event" or "subscription")
            {
                return message["arguments"]![0]!;
            }
        }
    }

    private static async Task<EventMessage> SendAndHearAsync(TestClient client)
    {
        var sent = await client.SendAsync("room:a", "message", 1);
        var heard = await client.NextEventAsync();
        Assert.That((sent.Id, sent.Epoch, sent.Offset), Is.EqualTo((heard.Id, heard.Epoch, heard.Offset)));
        return heard;
    }

    private static Position? PositionOf(EventMessage message) => message.Epoch is null ? null : new Position(message.Epoch, message.Offset!.Value);

    private static Task<HistoryResult> HistoryAsync(TestClient client) =>
        client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "room:a" }).InTime();

    // Numbers from 0 until it is stopped; returns how many. Each is heard before the next: a reader decides the pace.
    private Task<int> PublishUntilAsync(string channel, out Action stop)
    {
        var isStopped = false;
        stop = () => Volatile.Write(ref isStopped, true);
        return Task.Run(async () =>
        {
            var count = 0;
            var reader = await _gateway.ConnectAsync(TestTokens.For("reader"));
            await reader.SubscribeAsync(channel);
            while (!Volatile.Read(ref isStopped))
            {
                await PublishAsync(channel, count++);
                await reader.NextEventAsync();
            }

            return count;
        });
    }

    private ValueTask<PublishResult> PublishAsync(string channel, int data) =>
        _gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync(channel, "message", data);

    private async Task AssertHearsAsync(TestClient client, string channel)
    {
        var id = (await PublishAsync(channel, 1)).Id;
        Assert.That((await client.NextEventAsync()).Id, Is.EqualTo(id));
    }

    /// <summary>A host that answers about one channel only when it is told to.</summary>
    private sealed class Hesitating(string channel) : IChannelAuthorizer
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _decisions;

        public int Decisions => Volatile.Read(ref _decisions);

        public TaskCompletionSource? Answer { get; set; }

        public Task Asked => _asked.Task.InTime();

        public async ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _decisions);
            if (access.Channel == channel && Answer is { } answer)
            {
                _asked.TrySetResult();
                await answer.Task;
            }

            return ChannelDecision.Abstain;
        }
    }
}
