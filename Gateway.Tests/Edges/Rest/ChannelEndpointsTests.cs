using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Rest;

/// <summary>What is read of channels over HTTP, by servers and by users.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class ChannelEndpointsTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync(RestGateway.Keys(
        ("backend", ["admin"], null),
        ("weak", ["connect"], null),
        ("reader", ["read"], "team:blue:*"),
        ("historian", ["history"], "chat:*"),
        ("watcher", ["presence"], null)));

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task List_HasTheChannelsInUse_PageByPage_InOrdinalOrder()
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        var observer = await _gateway.ConnectAsync(TestTokens.For("eve", new { labels = "observer" }));
        await ann.SubscribeAsync(new[] { "chat:b", "chat:B", "chat:a/b", "live:x", "team:blue:room" });
        await (await _gateway.ConnectAsync()).SubscribeAsync("chat:b");
        await observer.SubscribeAsync(new { channels = new[] { "chat:b", "chat:hidden" }, hidden = true });

        var all = await _gateway.AskAsync("GET /api/channels", key: "backend");
        var first = await _gateway.AskAsync("GET /api/channels?prefix=chat:&limit=2", key: "backend");
        await ann.SubscribeAsync("chat:0");
        var second = await _gateway.AskAsync($"GET /api/channels?prefix=chat:&limit=2&cursor={first.Body["cursor"]}", key: "backend");
        var own = await _gateway.AskAsync("GET /api/channels?limit=1", key: "reader");
        Assert.Multiple(() =>
        {
            Assert.That(all.Body.ToJsonString(), Is.EqualTo(
                """{"channels":[{"channel":"chat:B","sessions":1},{"channel":"chat:a/b","sessions":1},{"channel":"chat:b","sessions":2},{"channel":"live:x","sessions":1},{"channel":"team:blue:room","sessions":1}]}"""));
            Assert.That(NamesIn(first.Body), Is.EqualTo(new[] { "chat:B", "chat:a/b" }));
            Assert.That(second.Body.ToJsonString(), Is.EqualTo("""{"channels":[{"channel":"chat:b","sessions":2}]}"""));
            Assert.That(own.Body.ToJsonString(), Is.EqualTo("""{"channels":[{"channel":"team:blue:room","sessions":1}]}"""), "what its channels are");
        });
    }

    [Test]
    public async Task Count_IsForServers_AndForWhoMaySeeWhoIsThere()
    {
        await (await _gateway.ConnectAsync()).SubscribeAsync(new[] { "chat:a/b", "silent:room" });
        var byKey = await _gateway.AskAsync("GET /api/channels/chat:a%2Fb", key: "backend");
        var byGuest = await _gateway.AskAsync("GET /api/channels/chat:a%2Fb");
        var unused = await _gateway.AskAsync("GET /api/channels/chat:unused");
        var silent = await _gateway.AskAsync("GET /api/channels/silent:room", token: TestTokens.For("ann"));
        var own = await _gateway.AskAsync("GET /api/channels/$user:ann", key: "reader");
        Assert.Multiple(() =>
        {
            Assert.That(byKey.Body.ToJsonString(), Is.EqualTo("""{"channel":"chat:a/b","sessions":1}"""));
            Assert.That(byGuest.Body.ToJsonString(), Is.EqualTo(byKey.Body.ToJsonString()));
            Assert.That(unused.Body.ToJsonString(), Is.EqualTo("""{"channel":"chat:unused","sessions":0}"""));
            Assert.That((silent.Status, CodeOf(silent.Body)), Is.EqualTo((403, "permission_denied")));
            Assert.That((own.Status, CodeOf(own.Body)), Is.EqualTo((400, "invalid_channel")));
        });
    }

    [Test]
    public async Task Members_AreSeenByKey_WhereNobodyElseMay()
    {
        await (await _gateway.ConnectAsync(TestTokens.For("ann"))).SubscribeAsync("silent:room");
        var byKey = await _gateway.AskAsync("GET /api/channels/silent:room/members", key: "watcher");
        var byOtherKey = await _gateway.AskAsync("GET /api/channels/silent:room/members", key: "historian");
        Assert.Multiple(() =>
        {
            Assert.That(byKey.Body["members"]![0]!["id"]!.GetValue<string>(), Is.EqualTo("user:ann"));
            Assert.That(byOtherKey.Status, Is.EqualTo(403));
        });
    }

    [Test]
    public async Task History_IsReadBothWays_AndReadersAreHeeded()
    {
        var server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
        for (var i = 1; i <= 3; i++)
        {
            await server.PublishAsync("chat:a", "message", i);
        }

        await server.PublishAsync(new() { Channel = "chat:a", Event = "message", Readers = ["label:vip"] });
        var all = await _gateway.AskAsync("GET /api/channels/chat:a/history", key: "historian");
        var epoch = all.Body["epoch"]!.GetValue<string>();
        var asGuest = await _gateway.AskAsync("GET /api/channels/chat:a/history?limit=2");
        var next = await _gateway.AskAsync($"GET /api/channels/chat:a/history?since={epoch}:2");
        var back = await _gateway.AskAsync($"GET /api/channels/chat:a/history?sinceEpoch={epoch}&sinceOffset=3&reverse=true&limit=1");
        var onHub = await (await _gateway.ConnectRawAsync()).InvokeAsync("GetHistory", """[{"channel":"chat:a","limit":2}]""");
        Assert.Multiple(() =>
        {
            Assert.That(OffsetsIn(all.Body), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(asGuest.Body.ToJsonString(), Is.EqualTo(onHub["result"]!.ToJsonString()), "exactly what the hub answers");
            Assert.That(OffsetsIn(next.Body), Is.EqualTo(new[] { 3 }));
            Assert.That(OffsetsIn(back.Body), Is.EqualTo(new[] { 2 }));
            Assert.That(back.Body["next"]!["offset"]!.GetValue<int>(), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task DeletedHistory_IsGone_AndThePositionGoesOn()
    {
        var server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
        var first = await server.PublishAsync("chat:a", "message", 1);
        var last = await server.PublishAsync("chat:a", "message", 2);

        var deleted = await _gateway.AskAsync("DELETE /api/channels/chat:a/history", key: "historian");
        var left = await _gateway.AskAsync("GET /api/channels/chat:a/history");
        var client = await _gateway.ConnectAsync();
        var behind = await client.SubscribeAsync(new { channels = new[] { new { channel = "chat:a", since = new { epoch = first.Epoch, offset = 1 } } } });
        var next = await server.PublishAsync("chat:a", "message", 3);
        Assert.Multiple(() =>
        {
            Assert.That(deleted.Body.ToJsonString(), Is.EqualTo($$"""{"epoch":"{{last.Epoch}}","offset":2}"""));
            Assert.That(left.Body.ToJsonString(), Is.EqualTo($$"""{"epoch":"{{last.Epoch}}","offset":2,"publications":[]}"""));
            Assert.That((behind.Channels[0].Recovered, behind.Channels[0].Reason), Is.EqualTo((false, "trimmed")));
            Assert.That((next.Epoch, next.Offset), Is.EqualTo((last.Epoch, 3)));
        });
    }

    [TestCase("GET /api/channels?cursor=%3F", "backend", 400, "invalid_request")]
    [TestCase("GET /api/channels?cursor=", "backend", 400, "invalid_request")]
    [TestCase("GET /api/channels?limit=0", "backend", 400, "invalid_request")]
    [TestCase("GET /api/channels?limit=1001", "backend", 400, "invalid_request")]
    [TestCase("GET /api/channels?limit=ten", "backend", 400, "invalid_request")]
    [TestCase("GET /api/channels", null, 401, "unauthenticated")]
    [TestCase("GET /api/channels", "weak", 403, "permission_denied")]
    [TestCase("GET /api/channels/a%20b", "backend", 400, "invalid_channel")]
    [TestCase("GET /api/channels/chat:*/members", "backend", 400, "invalid_channel")]
    [TestCase("GET /api/channels/chat:a/history?since=1", null, 400, "invalid_request")]
    [TestCase("GET /api/channels/chat:a/history?since=other:1", null, 400, "invalid_request")]
    [TestCase("GET /api/channels/chat:a/history?since=a:1&sinceEpoch=a", null, 400, "invalid_request")]
    [TestCase("GET /api/channels/chat:a/history?sinceEpoch=a&sinceOffset=-1", null, 400, "invalid_request")]
    [TestCase("GET /api/channels/chat:a/history?reverse=maybe", null, 400, "invalid_request")]
    [TestCase("GET /api/channels/live:a/history", "backend", 400, "history_disabled")]
    [TestCase("GET /api/channels/team:blue:room/history", null, 403, "permission_denied")]
    [TestCase("DELETE /api/channels/chat:a/history", null, 401, "unauthenticated")]
    [TestCase("DELETE /api/channels/chat:a/history", "watcher", 403, "permission_denied")]
    [TestCase("DELETE /api/channels/live:a/history", "backend", 400, "history_disabled")]
    [TestCase("GET /api/stats", null, 401, "unauthenticated")]
    [TestCase("GET /api/stats", "reader", 403, "permission_denied")]
    [TestCase("GET /api/nothing", null, 404, "invalid_request")]
    [TestCase("POST /api", null, 404, "invalid_request")]
    [TestCase("GET /api/channels/chat:a/nothing", "backend", 404, "invalid_request")]
    [TestCase("GET /api/publish", null, 405, "invalid_request")]
    [TestCase("POST /api/channels/chat:a/history", "backend", 405, "invalid_request")]
    public async Task Http_RefusesAsProblem(string call, string? key, int status, string code)
    {
        using var response = await _gateway.SendAsync(call, key: key);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(((int)response.StatusCode, CodeOf(problem)), Is.EqualTo((status, code)));
            Assert.That(problem["status"]!.GetValue<int>(), Is.EqualTo(status));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(response.Content.Headers.Allow, status == 405 ? Is.Not.Empty : Is.Empty);
        });
    }

    [Test]
    public async Task Stats_CountTheNode()
    {
        var token = TestTokens.For("ann");
        await (await _gateway.ConnectAsync(token)).SubscribeAsync("chat:a");
        await (await _gateway.ConnectAsync(token)).SubscribeAsync(new[] { "chat:a", "chat:b" });
        await (await _gateway.ConnectAsync()).SubscribeAsync("chat:a");
        var stats = await _gateway.AskAsync("GET /api/stats", key: "backend");
        Assert.That(stats.Body.ToJsonString(), Is.EqualTo("""{"sessions":3,"users":1,"channels":2}"""));
    }

    private static IEnumerable<string> NamesIn(JsonNode page) => page["channels"]!.AsArray().Select(channel => channel!["channel"]!.GetValue<string>());

    private static IEnumerable<int> OffsetsIn(JsonNode page) => page["publications"]!.AsArray().Select(one => one!["offset"]!.GetValue<int>());

    private static string CodeOf(JsonNode problem) => problem["code"]!.GetValue<string>();
}
