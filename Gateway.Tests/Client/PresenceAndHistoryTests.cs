using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>Who is there, and what was said.</summary>
[TestFixture]
public sealed class PresenceAndHistoryTests : ClientFixture
{
    [Test]
    [Behaviour("lists-members")]
    public async Task Members_AreListed_PageByPage()
    {
        foreach (var name in new[] { "ann", "bob", "cleo" })
        {
            await (await Gateway.ConnectAsync(TestTokens.For(name))).SubscribeAsync(Lobby);
        }

        var client = NewClient();
        var first = await client.MembersAsync(Lobby, limit: 2).InTime();
        var second = await client.MembersAsync(Lobby, first.Cursor, limit: 2).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(first.Count, Is.EqualTo(3));
            Assert.That(first.Members.Concat(second.Members).Select(member => member.UserId), Is.EqualTo(new[] { "ann", "bob", "cleo" }));
            Assert.That(second.Cursor, Is.Null);
        });
    }

    [Test]
    [Behaviour("keeps-who-is-here")]
    public async Task PresenceSet_IsLoaded_ChangedAndLoadedAgain()
    {
        var ann = await Gateway.ConnectAsync();
        await ann.SubscribeAsync(Lobby);
        var client = NewClient("me");
        await client.SubscribeAsync(Lobby, _ => { }).InTime();
        using var set = await client.PresenceAsync(Lobby).InTime();
        var changes = new Inbox<(PresenceMessage? Change, int Count)>();
        set.Changed += (_, change) => changes.Add((change, set.Count));
        Assert.That(set.Members, Has.Count.EqualTo(2));

        var bob = await Gateway.ConnectAsync(TestTokens.For("bob"));
        await bob.SubscribeAsync(Lobby);
        var joined = await changes.NextAsync(told => told.Change is not null);
        await bob.UpdateProfileAsync(new { name = "Bob" });
        var updated = await changes.NextAsync();
        await ann.UnsubscribeAsync(Lobby);
        var left = await changes.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That((joined.Change!.Type, joined.Change.Member.UserId), Is.EqualTo((PresenceTypes.Join, "bob")));
            Assert.That((updated.Change!.Type, updated.Change.Member.Profile!.Value.GetProperty("name").GetString()), Is.EqualTo((PresenceTypes.Update, "Bob")));
            Assert.That(left.Change!.Type, Is.EqualTo(PresenceTypes.Leave));
            Assert.That(set.Members.Select(member => member.UserId), Is.EqualTo(new[] { "bob", "me" }));
        });

        await MissAsync(() => bob.UnsubscribeAsync(Lobby));
        await changes.NextAsync(told => told is { Change: null, Count: 1 });

        await bob.SubscribeAsync(Lobby);
        await changes.NextAsync(told => told.Count == 2);
        await Hub.Clients.All.Presence(new PresenceMessage(Lobby, PresenceTypes.Leave, set.Members[0]));
        await changes.NextAsync(told => told.Count == 1);
        await Hub.Clients.All.Subscription(new SubscriptionMessage(Lobby, SubscriptionStates.Gap, SubscriptionStates.Presence));
        await changes.NextAsync(told => told is { Change: null, Count: 2 });
    }

    [Test]
    public async Task PresenceSet_OfAChannelThatMayNotBeSeen_IsRefused()
    {
        var client = NewClient();
        Assert.That(
            Assert.ThrowsAsync<RealtimeException>(() => client.PresenceAsync("silent:room").InTime())!.Error.Code,
            Is.EqualTo(ErrorCodes.PermissionDenied));
        await client.HistoryAsync(Lobby).InTime();
    }

    [Test]
    [Behaviour("restores-its-profile")]
    public async Task Profile_ReachesTheMembersOfAllChannels_AndIsSetAgainAfterAReconnect()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(new[] { Lobby, "live:room" });
        var client = NewClient();
        await client.SubscribeAsync([Lobby, "live:room"], (_, _) => ValueTask.CompletedTask).InTime();
        await client.UpdateProfileAsync(Json("""{"name":"Guest"}""")).InTime();
        var told = new List<PresenceMessage>();
        while (told.Count < 2)
        {
            var change = await other.NextPresenceAsync();
            if (change.Type == PresenceTypes.Update)
            {
                told.Add(change);
            }
        }

        // A guest is somebody else on another connection, so what he is then is what he was made again.
        await client.ReconnectAsync().InTime();
        PresenceMessage joined;
        do
        {
            joined = await other.NextPresenceAsync();
        }
        while (joined.Type != PresenceTypes.Join || joined.Channel != Lobby || joined.Member.Id == told[0].Member.Id);

        Assert.Multiple(() =>
        {
            Assert.That(told.Select(change => change.Channel), Is.EquivalentTo(new[] { Lobby, "live:room" }));
            Assert.That(told.Concat([joined]).Select(change => change.Member.Profile?.GetProperty("name").GetString()), Is.All.EqualTo("Guest"));
        });
    }

    [Test]
    [Behaviour("reads-history")]
    public async Task History_IsRead_ByPosition_LimitAndDirection()
    {
        await PublishAsync(Lobby, 1, 10);
        var client = NewClient();
        var all = await client.HistoryAsync(Lobby).InTime();
        var page = await client.HistoryAsync(new HistoryRequest { Channel = Lobby, Since = new(all.Epoch, 3), Limit = 2 }).InTime();
        var next = await client.HistoryAsync(new HistoryRequest { Channel = Lobby, Since = page.Next, Limit = 2 }).InTime();
        var newest = await client.HistoryAsync(new HistoryRequest { Channel = Lobby, Limit = 3, Reverse = true }).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(all.Publications.Select(Number), Is.EqualTo(Enumerable.Range(1, 10)));
            Assert.That(page.Publications.Concat(next.Publications).Select(Number), Is.EqualTo(new[] { 4, 5, 6, 7 }));
            Assert.That(newest.Publications.Select(Number), Is.EqualTo(new[] { 10, 9, 8 }));
            Assert.That(
                Assert.ThrowsAsync<RealtimeException>(() => client.HistoryAsync("live:room").InTime())!.Error.Code,
                Is.EqualTo(ErrorCodes.HistoryDisabled));
        });
    }

    [Test]
    [Behaviour("hears-user-events")]
    public async Task UserEvents_ReachEveryClientOfTheUser()
    {
        var heard = new Inbox<EventMessage>();
        foreach (var client in new[] { NewClient("ann"), NewClient("ann"), NewClient("bob") })
        {
            client.OnUserEvent(heard.Add);
            await client.HistoryAsync(Lobby).InTime();
        }

        await Server.PublishAsync(ChannelName.OfUser("ann"), UserEvents.Update, 1);
        await Server.PublishAsync(ChannelName.OfUser("bob"), UserEvents.Update, 2);
        Assert.That((await heard.TakeAsync(3)).Select(Number), Is.EquivalentTo(new[] { 1, 1, 2 }));
    }
}
