using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class SubscriptionTests
{
    private TestGateway _gateway = null!;
    private TestClient _client = null!;
    private TestClient _other = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync([("Limits:ChannelsPerSession", "5"), ("Limits:SubscriptionsPerSession", "3")]);
        _client = await _gateway.ConnectAsync();
        _other = await _gateway.ConnectAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Subscribe_TakesAName_AList_OrAnObject()
    {
        var name = await _client.SubscribeAsync("chat:a");
        var list = await _client.SubscribeAsync(new[] { "chat:b", "live:c" });
        var body = await _client.SubscribeAsync(new { channels = new object[] { "chat:d", new { channel = "live:e" } }, id = "mine" });
        Assert.Multiple(() =>
        {
            Assert.That(name.Id, Is.EqualTo("default"));
            Assert.That(list.Id, Is.EqualTo("default"));
            Assert.That(body.Id, Is.EqualTo("mine"));
            Assert.That(body.Key, Is.Null);
            Assert.That(list.Channels.Select(channel => channel.Channel), Is.EqualTo(new[] { "chat:b", "live:c" }));
            Assert.That(list.Channels[0].Position!.Offset, Is.Zero, "a channel with history has a position from the start");
            Assert.That(list.Channels[1].Position, Is.Null, "a channel without history has none");
        });
        await AssertHearsAsync("chat:a", "chat:b", "live:c", "chat:d", "live:e");
    }

    [Test]
    public async Task Answers_AreExactOnTheWire()
    {
        var raw = await _gateway.ConnectRawAsync();
        var subscribed = await raw.InvokeAsync("Subscribe", """[{"channels":["chat:a",{"channel":"live:b"}],"id":"mine"}]""");
        var epoch = subscribed["result"]!["channels"]![0]!["epoch"]!.GetValue<string>();
        var acknowledged = await raw.InvokeAsync("Send", """["chat:a","message",{"text":"<ü>"}]""");
        var id = acknowledged["result"]!["id"]!.GetValue<string>();
        var published = await raw.InvokeAsync("Publish", """[{"channel":"live:b","event":"message","id":"k1"}]""");
        var several = await raw.InvokeAsync("Publish", """[{"channels":["live:b","live:c"],"event":"message","id":"k2"}]""");
        var unsubscribed = await raw.InvokeAsync("Unsubscribe", """[{"id":"mine"}]""");
        Assert.Multiple(() =>
        {
            Assert.That(
                subscribed["result"]!.ToJsonString(),
                Is.EqualTo($$"""{"id":"mine","key":null,"channels":[{"channel":"chat:a","epoch":"{{epoch}}","offset":0},{"channel":"live:b"}]}"""));
            Assert.That(
                acknowledged["result"]!.ToJsonString(),
                Is.EqualTo($$"""{"id":"{{id}}","epoch":"{{epoch}}","offset":1}"""));
            Assert.That(published["result"]!.ToJsonString(), Is.EqualTo("""{"id":"k1","channel":"live:b"}"""));
            Assert.That(several["result"]!.ToJsonString(), Is.EqualTo("""[{"id":"k2","channel":"live:b"},{"id":"k2","channel":"live:c"}]"""));
            Assert.That(unsubscribed["result"]!.ToJsonString(), Is.EqualTo("""{"removed":true}"""));
        });
    }

    [Test]
    public async Task Event_IsExactOnTheWire()
    {
        var raw = await _gateway.ConnectRawAsync(TestTokens.For("ann"));
        await raw.InvokeAsync("Subscribe", """[["chat:a","live:b"]]""");
        await raw.SendAsync("""{"type":1,"target":"Publish","arguments":[{"channels":["chat:a","live:b"],"event":"message","data":{"text":"<ü>","n":1.50}}]}""");
        var first = (await raw.NextOfTypeAsync(1))["arguments"]![0]!;
        var second = (await raw.NextOfTypeAsync(1))["arguments"]![0]!;
        var (id, time, connection) = (Text(first, "id"), Text(first, "time"), Text(first["sender"]!, "connectionId"));
        Assert.Multiple(() =>
        {
            Assert.That(first.ToJsonString(Relaxed), Is.EqualTo(
                $$$"""{"channel":"chat:a","event":"message","data":{"text":"<ü>","n":1.50},"id":"{{{id}}}","epoch":"{{{Text(first, "epoch")}}}","offset":1,"time":"{{{time}}}","sender":{"userId":"ann","connectionId":"{{{connection}}}"},"channels":["chat:a","live:b"]}"""));
            Assert.That(second.ToJsonString(Relaxed), Is.EqualTo(
                $$$"""{"channel":"live:b","event":"message","data":{"text":"<ü>","n":1.50},"id":"{{{id}}}","time":"{{{time}}}","sender":{"userId":"ann","connectionId":"{{{connection}}}"},"channels":["chat:a","live:b"]}"""));
            Assert.That(time, Does.EndWith("Z"));
        });
    }

    [Test]
    public async Task Channel_OfSeveralSubscriptions_IsHeardOnce_UntilTheLastEnds()
    {
        await _client.SubscribeAsync("chat:a");
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "mine" });
        await _other.SendAsync("chat:a", "message", 1);
        await _client.UnsubscribeAsync("chat:a");
        await _other.SendAsync("chat:a", "message", 2);
        await _client.UnsubscribeAsync(new { id = "mine" });
        await _other.SendAsync("chat:a", "message", 3);
        Assert.That((await _client.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task SameId_Replaces_AndNoId_Adds()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a", "chat:b" }, id = "mine" });
        await _client.SubscribeAsync(new { channels = new[] { "chat:b", "chat:c" }, id = "mine" });
        await _client.SubscribeAsync("chat:d");
        await _client.SubscribeAsync("chat:e");
        foreach (var channel in new[] { "chat:a", "chat:b", "chat:c", "chat:d", "chat:e" })
        {
            await _other.SendAsync(channel, "message", null);
        }

        Assert.That(
            (await _client.EventsUntilNowAsync()).Select(heard => heard.Channel),
            Is.EqualTo(new[] { "chat:b", "chat:c", "chat:d", "chat:e" }));
    }

    [Test]
    public async Task Refusal_OfOneChannel_ChangesNothing()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "mine" });
        var error = await _client.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:b", "team:blue:room" }, id = "mine" });
        await _other.SendAsync("chat:b", "message", 1);
        await _other.SendAsync("chat:a", "message", 2);
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("permission_denied: You may not read 'team:blue:room'."));
            Assert.That((await _client.EventsUntilNowAsync()).Single().Data.GetInt32(), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task Unsubscribe_TellsWhetherAnythingWasThere()
    {
        await _client.SubscribeAsync(new[] { "chat:a", "chat:b" });
        Assert.Multiple(async () =>
        {
            Assert.That((await _client.UnsubscribeAsync("chat:x")).Removed, Is.False);
            Assert.That((await _client.UnsubscribeAsync(new { id = "nothing" })).Removed, Is.False);
            Assert.That((await _client.UnsubscribeAsync(new { id = "$implicit" })).Removed, Is.False, "the gateway's own are not the client's to end");
            Assert.That((await _client.UnsubscribeAsync(new[] { "chat:a", "chat:x" })).Removed, Is.True);
            Assert.That((await _client.UnsubscribeAsync("chat:a")).Removed, Is.False);
            Assert.That((await _client.UnsubscribeAsync(new { id = "default" })).Removed, Is.True);
        });
        await _other.SendAsync("chat:b", "message", 1);
        Assert.That(await _client.EventsUntilNowAsync(), Is.Empty);
    }

    [Test]
    public async Task Echo_Off_SparesTheSenderAlone()
    {
        await _client.SubscribeAsync("chat:a");
        await _other.SubscribeAsync("chat:a");
        await _client.PublishAsync(new { channel = "chat:a", @event = "message", data = 1, echo = false });
        await _client.SendAsync("chat:a", "message", 2);
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, echo = false });
        await _client.SendAsync("chat:a", "message", 3);
        Assert.Multiple(async () =>
        {
            Assert.That((await _client.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 2 }));
            Assert.That((await _other.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 2, 3 }));
        });
    }

    [Test]
    public async Task Echo_IsOfTheChannelsThatAreAdded_AndOfNoOthers()
    {
        await _client.SubscribeAsync("chat:a");
        await _client.SubscribeAsync(new { channels = new[] { "chat:b" }, echo = false });
        await _client.SubscribeAsync("chat:c");
        foreach (var channel in new[] { "chat:a", "chat:b", "chat:c" })
        {
            await _client.SendAsync(channel, "message", null);
        }

        Assert.That((await _client.EventsUntilNowAsync()).Select(heard => heard.Channel), Is.EqualTo(new[] { "chat:a", "chat:c" }));
    }

    [Test]
    public async Task CopiesOfOnePublish_AreBoundedTogether_SoThatNoReaderIsClosedByThem()
    {
        string[] channels = [.. Enumerable.Range(1, 5).Select(i => $"chat:{i}")];
        await _other.SubscribeAsync(channels);
        var error = await _client.ErrorOfAsync("Publish", new { channels, @event = "message", data = new string('x', 60_000) });
        var fitting = await _client.Hub.InvokeAsync<PublishResult[]>("Publish", new { channels, @event = "message", data = new string('x', 50_000) }).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("payload_too_large: The copies for 5 channels have 300160 bytes; 262144 are the most. Publish to fewer at once."));
            Assert.That(fitting, Has.Length.EqualTo(5));
            Assert.That(await _other.EventsUntilNowAsync(), Has.Count.EqualTo(5));
        });
    }

    [Test]
    public async Task Bounds_AreKept_AndWhatIsThereStays()
    {
        await _client.SubscribeAsync(new[] { "chat:1", "chat:2", "chat:3", "chat:4", "chat:5" });
        Assert.Multiple(async () =>
        {
            Assert.That(await _client.ErrorOfAsync("Subscribe", "chat:6"), Is.EqualTo("limit_exceeded: A session is subscribed to 5 channels at most; leave one first."));
            Assert.That((await _client.SubscribeAsync(new { channels = new[] { "chat:5" }, id = "a" })).Id, Is.EqualTo("a"), "no channel more");
            Assert.That((await _client.SubscribeAsync(new { channels = new[] { "chat:5" }, id = "b" })).Id, Is.EqualTo("b"));
            Assert.That(
                await _client.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:5" }, id = "c" }),
                Is.EqualTo("limit_exceeded: A session has 3 subscriptions at most; end one first."));
        });
        await AssertHearsAsync("chat:1", "chat:5");
    }

    [Test]
    public async Task Broadcast_ReachesEveryone_AndIsRoleGuarded()
    {
        var admin = await _gateway.ConnectAsync(TestTokens.For("root", new { labels = new[] { "admin" } }));
        var result = await admin.BroadcastAsync("notice", new { text = "hi" });
        foreach (var client in new[] { admin, _client, _other })
        {
            var heard = await client.NextEventAsync();
            Assert.Multiple(() =>
            {
                Assert.That(heard.Sender!.UserId, Is.EqualTo("root"));
                Assert.That(heard.Channel, Is.EqualTo("$all"));
                Assert.That(heard.Id, Is.EqualTo(result.Id));
                Assert.That(heard.Offset, Is.Null);
            });
        }
    }

    [Test]
    public async Task SameIdAgain_IsOnePublication()
    {
        await _other.SubscribeAsync("chat:a");
        var publication = new { channel = "chat:a", @event = "message", data = 1, id = "k1" };
        var first = await _client.PublishAsync(publication);
        var again = await _client.PublishAsync(publication);
        var conflict = await _client.ErrorOfAsync("Publish", new { channel = "chat:a", @event = "message", data = 2, id = "k1" });
        Assert.Multiple(async () =>
        {
            Assert.That(first, Is.EqualTo(new PublishResult("k1", "chat:a", first.Epoch, 1)));
            Assert.That(again, Is.EqualTo(first));
            Assert.That(conflict, Is.EqualTo("conflict: Another message was published under this id; choose a new one."));
            Assert.That(await _other.EventsUntilNowAsync(), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task Publish_ToSeveralChannels_IsAllowedForAllOrNone()
    {
        await _other.SubscribeAsync("chat:a");
        var error = await _client.ErrorOfAsync("Publish", new { channels = new[] { "chat:a", "silent:b" }, @event = "message", data = 1 });
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("permission_denied: You may not publish in 'silent:b'."));
            Assert.That(await _other.EventsUntilNowAsync(), Is.Empty);
        });
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Text(JsonNode node, string property) => node[property]!.GetValue<string>();

    private async Task AssertHearsAsync(params string[] channels)
    {
        foreach (var channel in channels)
        {
            await _other.SendAsync(channel, "message", null);
            Assert.That((await _client.NextEventAsync()).Channel, Is.EqualTo(channel));
        }
    }
}
