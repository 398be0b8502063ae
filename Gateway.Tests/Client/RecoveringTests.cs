using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>What a subscription is handed and told after its connection was lost.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RecoveringTests : ClientFixture
{
    [Test]
    [Behaviour("recovers")]
    public async Task Missed_ComesInOrderAndOnce_BeforeAnythingLive()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await PublishAsync(Lobby, 1, 2);
        await heard.Events.TakeAsync(2);
        var missed = 2;
        for (var round = 0; round < 3; round++)
        {
            await MissAsync(() => PublishAsync(Lobby, missed + 1, missed + 10));
            missed += 10;

            // More comes while it comes back.
            await PublishAsync(Lobby, missed + 1, missed + 20);
            missed += 20;
            Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
        }

        var all = await heard.Events.TakeAsync(missed - 2);
        await client.HistoryAsync(Lobby).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(all.Select(Number), Is.EqualTo(Enumerable.Range(3, missed - 2)));
            Assert.That(heard.Events.Drain(), Is.Empty);
        });
    }

    [Test]
    public async Task Missed_ComesFromAnEarlierPosition_WhereOneIsGiven()
    {
        await PublishAsync(Lobby, 1, 5);
        var client = NewClient();
        var first = (await client.HistoryAsync(Lobby).InTime()).Publications[1];
        var since = new SubscriptionOptions { Since = new Dictionary<string, Position> { [Lobby] = new(first.Epoch!, first.Offset!.Value) } };
        var one = await HeardSubscription.BeginAsync(client, Lobby, since).InTime();
        var other = await HeardSubscription.BeginAsync(client, Lobby, since).InTime();
        await PublishAsync(Lobby, 6, 6);
        foreach (var heard in new[] { one, other })
        {
            Assert.That((await heard.Events.TakeAsync(4)).Select(Number), Is.EqualTo(new[] { 3, 4, 5, 6 }));
            Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
        }
    }

    [Test]
    [Behaviour("recovers-each-of-several")]
    public async Task EachOfSeveral_IsHandedWhatItMissed_OfItsOwnFilter()
    {
        var client = NewClient();
        var even = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = ["even"] }).InTime();
        var odd = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = ["odd"] }).InTime();
        var all = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await PublishNumbersAsync(1, 4);
        await all.Events.TakeAsync(4);
        await MissAsync(() => PublishNumbersAsync(5, 30));
        await PublishNumbersAsync(31, 40);

        Assert.Multiple(async () =>
        {
            Assert.That((await all.Events.TakeAsync(36)).Select(Number), Is.EqualTo(Enumerable.Range(5, 36)));
            Assert.That((await even.Events.TakeAsync(20)).Select(Number), Is.EqualTo(Enumerable.Range(1, 20).Select(n => 2 * n)));
            Assert.That((await odd.Events.TakeAsync(20)).Select(Number), Is.EqualTo(Enumerable.Range(1, 20).Select(n => 2 * n - 1)));
        });
        await client.HistoryAsync(Lobby).InTime();
        foreach (var heard in new[] { even, odd, all })
        {
            Assert.Multiple(async () =>
            {
                Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
                Assert.That(heard.Events.Drain(), Is.Empty);
            });
        }
    }

    [Test]
    [Behaviour("hands-each-position-once")]
    public async Task Position_IsHandedOverOnce_WhateverComesTwice()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await PublishAsync(Lobby, 1, 3);
        var first = (await heard.Events.TakeAsync(3))[0];
        await Hub.Clients.All.Event(first);
        await Hub.Clients.All.Event(first with { Offset = 3, Replayed = true });
        await PublishAsync(Lobby, 4, 4);
        Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(4));

        await Hub.Clients.All.Event(first with { Epoch = "another" });
        Assert.That((await heard.Events.NextAsync()).Epoch, Is.EqualTo("another"), "positions of different epochs cannot be compared");
    }

    [Test]
    [Behaviour("keeps-positions-it-is-told")]
    public async Task Position_ThatIsTold_IsWhereItRecoversFrom()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = ["wanted"] }).InTime();
        var signal = await HeardSubscription.BeginAsync(client, "live:signal").InTime();

        // More than the channel keeps: from where it began it could not come back.
        await PublishAsync(Lobby, 1, 150, "unwanted");
        var epoch = heard.Subscription.Answer!.Channels[0].Position!.Epoch;
        await Hub.Clients.All.Subscription(new SubscriptionMessage(Lobby, SubscriptionStates.Position, Epoch: epoch, Offset: 150));
        await PublishAsync("live:signal", 1, 1);
        await signal.Events.NextAsync();
        Assert.That(heard.Subscription.Position(Lobby), Is.EqualTo(new Position(epoch, 150)));

        await MissAsync(() => PublishAsync(Lobby, 151, 151, "wanted"));
        Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(151));
        Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
    }

    [Test]
    [Behaviour("tells-what-is-not-recovered")]
    public async Task NotRecovered_IsTold_WithChannelAndReason_AndItGoesOn()
    {
        var client = NewClient();
        var plain = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var wanted = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = ["message"] }).InTime();
        await MissAsync(() => PublishAsync(Lobby, 1, 150));

        // The first is told by the gateway, the second finds it out in history.
        foreach (var heard in new[] { plain, wanted })
        {
            Assert.That(
                await heard.Notices.NextAsync(),
                Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.NotRecovered, Lobby, RecoveryReasons.Trimmed)));
        }

        await PublishAsync(Lobby, 151, 151);
        Assert.Multiple(async () =>
        {
            Assert.That(Number(await plain.Events.NextAsync()), Is.EqualTo(151));
            Assert.That(Number(await wanted.Events.NextAsync()), Is.EqualTo(151));
        });
    }

    [Test]
    [Behaviour("tells-gaps")]
    public async Task Gap_IsToldToTheSubscriptionsOfItsChannel_AndWhatWasSkippedCountsAsHad()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var elsewhere = await HeardSubscription.BeginAsync(client, "live:room").InTime();
        await Hub.Clients.All.Subscription(new SubscriptionMessage(Lobby, SubscriptionStates.Gap, RecoveryReasons.Trimmed, "epoch", 7));
        await Hub.Clients.All.Subscription(new SubscriptionMessage(Lobby, SubscriptionStates.Gap, SubscriptionStates.Presence));
        await PublishAsync("live:room", 1, 1);

        Assert.Multiple(async () =>
        {
            Assert.That(await heard.Notices.NextAsync(), Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.Gap, Lobby, RecoveryReasons.Trimmed)));
            Assert.That(await heard.Notices.NextAsync(), Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.Gap, Lobby, SubscriptionStates.Presence)));
            Assert.That(heard.Subscription.Position(Lobby), Is.EqualTo(new Position("epoch", 7)));
            Assert.That(await elsewhere.All.NextAsync(), Is.InstanceOf<EventMessage>());
        });
    }

    [Test]
    [Behaviour("tells-revocations")]
    public async Task Revocation_IsTold_AndTheChannelIsNotAskedForAgain()
    {
        var client = NewClient("ann", "blue");
        var states = StatesOf(client);
        var both = await client.SubscribeAsync(["team:blue:room", Lobby], (_, _) => ValueTask.CompletedTask).InTime();
        var heard = await HeardSubscription.BeginAsync(client, "team:blue:room").InTime();
        await Gateway.AskAsync("POST /api/users/ann/unsubscribe", """{"channels":["team:blue:room"]}""", key: "backend");
        Assert.That(
            await heard.Notices.NextAsync(),
            Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.Revoked, "team:blue:room", ErrorCodes.PermissionDenied)));
        await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Unsubscribed, Error: not null });

        await client.ReconnectAsync().InTime();
        await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Subscribed });
        var members = await client.MembersAsync("team:blue:room").InTime();
        Assert.Multiple(() =>
        {
            Assert.That(both.Channels, Is.EqualTo(new[] { Lobby }));
            Assert.That(both.Answer!.Channels.Select(channel => channel.Channel), Is.EqualTo(new[] { Lobby }));
            Assert.That(members.Members.Select(member => member.Connections), Is.All.Zero, "expected back by his grace, and not back");
        });
    }

    [Test]
    [Behaviour("tells-who-cannot-return")]
    public async Task WhoMayNotReturn_IsToldAlone()
    {
        var teams = new[] { "blue" };
        var client = NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann", teams)) });
        var errors = ErrorsOf(client);
        var lobby = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var room = await HeardSubscription.BeginAsync(client, "team:blue:room").InTime();
        teams = [];
        await MissAsync(() => PublishAsync(Lobby, 1, 1));

        var notice = await room.Notices.NextAsync();
        var error = await errors.NextAsync(error => error.SubscriptionId is not null);
        Assert.Multiple(async () =>
        {
            Assert.That(notice.Kind, Is.EqualTo(SubscriptionNoticeKind.Ended));
            Assert.That(notice.Error!.Error.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
            Assert.That(error.SubscriptionId, Is.EqualTo(room.Subscription.Id));
            Assert.That(room.Subscription.State, Is.EqualTo(SubscriptionState.Unsubscribed));
            Assert.That(Number(await lobby.Events.NextAsync()), Is.EqualTo(1));
        });
    }

    [Test]
    [Behaviour("waits-where-it-is-told-to")]
    public async Task WhoIsRefusedForATime_IsAskedForAgainAfterIt()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await RestartAsync(time, ("RateLimits:Subscribe:0:Permits", "1"), ("RateLimits:Subscribe:0:Window", "00:00:10"));
        var clientTime = new ManualTime();
        var client = NewClient(Quick with { TimeProvider = clientTime });
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.PauseAsync().InTime();
        await PublishAsync(Lobby, 1, 3);
        var isTold = clientTime.WhenTimerIsMadeAsync(TimeSpan.FromSeconds(10));
        await client.ResumeAsync().InTime();
        await isTold.InTime();
        Assert.That(heard.Subscription.State, Is.EqualTo(SubscriptionState.Subscribing));

        time.Advance(TimeSpan.FromSeconds(10));
        clientTime.Advance(TimeSpan.FromSeconds(10));
        Assert.Multiple(async () =>
        {
            Assert.That((await heard.Events.TakeAsync(3)).Select(Number), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
            Assert.That(heard.Subscription.State, Is.EqualTo(SubscriptionState.Subscribed));
        });
    }

    [Test]
    [Behaviour("restores-nothing-where-told")]
    public async Task WithoutRestore_AReconnectBringsBackNeitherSubscriptionsNorProfile()
    {
        var client = NewClient(Quick with { Restore = false });
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.UpdateProfileAsync(Json("""{"name":"Ann"}""")).InTime();
        await MissAsync(() => PublishAsync(Lobby, 1, 1));
        await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Unsubscribed });
        Assert.That((await client.MembersAsync(Lobby).InTime()).Count, Is.Zero);

        await using var anew = await client.SubscribeAsync(Lobby, _ => { }).InTime();
        var member = (await client.MembersAsync(Lobby).InTime()).Members.Single();
        Assert.Multiple(() =>
        {
            Assert.That(member.Profile, Is.Null);
            Assert.That(heard.Events.Drain(), Is.Empty);
        });
    }

    [Test]
    public async Task ManySubscriptions_ComeBackTogether()
    {
        const int Many = 1_000;
        await RestartAsync(("Limits:SubscriptionsPerSession", "1000"), ("Limits:ChannelsPerSession", "1000"));
        var client = NewClient();
        var heard = new Inbox<EventMessage>();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => client.SubscribeAsync($"chat:{i}", heard.Add))).InTime();
        await MissAsync(async () =>
        {
            for (var i = 0; i < Many; i++)
            {
                await PublishAsync($"chat:{i}", i, i);
            }
        });

        Assert.That((await heard.TakeAsync(Many)).Select(Number), Is.EquivalentTo(Enumerable.Range(0, Many)));
    }

    [Test]
    public async Task Update_WhileAway_HoldsFromTheNextConnectionOn()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.PauseAsync().InTime();
        var updating = heard.Subscription.UpdateAsync(new() { Channels = [Lobby, "chat:other"] });
        await PublishAsync(Lobby, 1, 1);
        await client.ResumeAsync().InTime();
        Assert.That((await updating.InTime()).Channels, Has.Count.EqualTo(2));

        await PublishAsync("chat:other", 2, 2);
        Assert.That((await heard.Events.TakeAsync(2)).Select(Number), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Unsubscribing_WhileAway_IsNotAskedForAgain()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.PauseAsync().InTime();
        await heard.Subscription.UnsubscribeAsync().InTime();
        await client.ResumeAsync().InTime();
        Assert.That((await client.MembersAsync(Lobby).InTime()).Count, Is.Zero);
    }

    private async Task PublishNumbersAsync(int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            await PublishAsync(Lobby, number, number, number % 2 == 0 ? "even" : "odd");
        }
    }
}
