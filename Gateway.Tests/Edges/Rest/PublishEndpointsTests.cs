using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Rest;

/// <summary>What is published over HTTP, by servers and by users.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class PublishEndpointsTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync(RestGateway.Keys(
        ("backend", ["admin"], null),
        ("weak", ["connect"], null),
        ("publisher", ["publish"], "team:blue:*"),
        ("herald", ["broadcast"], null),
        ("keeper", ["users"], null)));

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Server_PublishesWithoutPermission_AndTheAnswerIsExact()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync("team:blue:room");
        await client.SubscribeAsync("chat:a");

        var plain = await _gateway.AskAsync("POST /api/publish", """{"channel":"team:blue:room","event":"message","data":{"n":1},"id":"one"}""", "publisher");
        var kept = await _gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message","id":"two","unknown":true}""", "backend");
        var several = await _gateway.AskAsync("POST /api/publish", """{"channels":["chat:a"],"event":"message","data":3,"id":"three"}""", "backend");

        var heard = await client.NextEventAsync();
        Assert.Multiple(() =>
        {
            Assert.That(plain.Status, Is.EqualTo(200));
            Assert.That(plain.Body.ToJsonString(), Is.EqualTo("""{"id":"one","channel":"team:blue:room"}"""));
            Assert.That(kept.Body.ToJsonString(), Does.Match("""^\{"id":"two","channel":"chat:a","epoch":"[0-9a-f]{16}","offset":1\}$"""));
            Assert.That(several.Body.ToJsonString(), Does.Match("""^\[\{"id":"three","channel":"chat:a","epoch":"[0-9a-f]{16}","offset":2\}\]$"""));
            Assert.That((heard.Channel, heard.Id, heard.Sender), Is.EqualTo(("team:blue:room", "one", (Sender?)null)));
        });
    }

    [Test]
    public async Task User_PublishesWhatHeMay_InHisName_AndNothingElse()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:a");
        var ann = TestTokens.For("ann");

        var allowed = await _gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message"}""", token: ann);
        var denied = await _gateway.AskAsync("POST /api/publish", """{"channel":"team:blue:room","event":"message"}""", token: ann);
        var mixed = await _gateway.AskAsync("POST /api/publish", """{"channels":["chat:a","team:blue:room"],"event":"message"}""", token: ann);
        var guest = await _gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message"}""");

        Assert.Multiple(async () =>
        {
            Assert.That((allowed.Status, guest.Status), Is.EqualTo((200, 200)));
            Assert.That((denied.Status, CodeOf(denied.Body)), Is.EqualTo((403, "permission_denied")));
            Assert.That((mixed.Status, CodeOf(mixed.Body)), Is.EqualTo((403, "permission_denied")), "none of several");
            Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Sender!.UserId), Is.EqualTo(new[] { "ann", null }));
        });
    }

    [TestCase("publisher", """{"channel":"chat:a","event":"message","readers":["any"]}""", 403, "permission_denied", TestName = "{m}(other channels)")]
    [TestCase("publisher", """{"channel":"team:red:room","event":"message"}""", 403, "permission_denied", TestName = "{m}(as the guest it is)")]
    [TestCase("publisher", """{"channel":"$all","event":"message"}""", 403, "permission_denied", TestName = "{m}(everybody)")]
    [TestCase("publisher", """{"channel":"$user:ann","event":"message"}""", 400, "invalid_channel", TestName = "{m}(one user)")]
    [TestCase("backend", """{"channel":"$nobody","event":"message"}""", 400, "invalid_channel", TestName = "{m}(no channel)")]
    [TestCase("herald", """{"channel":"$all","event":"message"}""", 200, null, TestName = "{m}(everybody, by broadcast)")]
    [TestCase("keeper", """{"channel":"$user:ann","event":"user:update"}""", 200, null, TestName = "{m}(one user, by users)")]
    [TestCase("backend", """{"channels":["$user:ann","$all"],"event":"user:update"}""", 200, null, TestName = "{m}(all, by admin)")]
    [TestCase(null, """{"channel":"chat:a","event":"message","readers":["any"]}""", 401, "unauthenticated", TestName = "{m}(readers, by a guest)")]
    [TestCase(null, """{"channel":"chat:a","event":"user:update"}""", 403, "permission_denied", TestName = "{m}(user events, by a guest)")]
    public async Task Key_IsGoodForItsScopesAndChannels(string? key, string body, int status, string? code)
    {
        var answer = await _gateway.AskAsync("POST /api/publish", body, key);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(status), answer.Body.ToJsonString());
            Assert.That(status == 200 ? null : CodeOf(answer.Body), Is.EqualTo(code));
        });
    }

    [Test]
    public async Task Readers_AreForServersOnly_AndDecideWhoGetsIt()
    {
        var (vip, other) = (await _gateway.ConnectAsync(TestTokens.For("ann", new { labels = "vip" })), await _gateway.ConnectAsync(TestTokens.For("bob")));
        await vip.SubscribeAsync("chat:a");
        await other.SubscribeAsync("chat:a");
        const string Body = """{"channel":"chat:a","event":"message","readers":["label:vip"]}""";

        var byUser = await _gateway.AskAsync("POST /api/publish", Body, token: TestTokens.For("ann"));
        await _gateway.AskAsync("POST /api/publish", Body, "backend");

        Assert.Multiple(async () =>
        {
            Assert.That((byUser.Status, CodeOf(byUser.Body)), Is.EqualTo((403, "permission_denied")));
            Assert.That(await vip.EventsUntilNowAsync(), Has.Count.EqualTo(1));
            Assert.That(await other.EventsUntilNowAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task IdempotencyKey_IsTheId_OfItsOwnPrincipal()
    {
        const string Body = """{"channel":"chat:a","event":"message","data":1}""";
        var first = await _gateway.AskAsync("POST /api/publish", Body, "backend", idempotencyKey: "K");
        var again = await _gateway.AskAsync("POST /api/publish", Body, "backend", idempotencyKey: "K");
        var byUser = await _gateway.AskAsync("POST /api/publish", Body, token: TestTokens.For("ann"), idempotencyKey: "K");
        var other = await _gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message","data":2}""", "backend", idempotencyKey: "K");
        var ownId = await _gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message","id":"mine"}""", "backend", idempotencyKey: "K");
        Assert.Multiple(() =>
        {
            Assert.That(first.Body["id"]!.GetValue<string>(), Is.EqualTo("K"));
            Assert.That(again.Body.ToJsonString(), Is.EqualTo(first.Body.ToJsonString()));
            Assert.That(byUser.Body["offset"]!.GetValue<int>(), Is.EqualTo(2));
            Assert.That((other.Status, CodeOf(other.Body)), Is.EqualTo((409, "conflict")));
            Assert.That(ownId.Body["id"]!.GetValue<string>(), Is.EqualTo("mine"));
        });
    }

    [Test]
    public async Task Batch_IsDoneInOrder_WithAResultForEach()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:a");
        const string Batch = """
            {"publications":[
              {"channel":"chat:a","event":"message","data":0},
              {"channel":"nowhere","event":"message"},
              {"channels":["chat:a","live:b"],"event":"message","data":2,"id":"own"}
            ]}
            """;

        var asUser = await _gateway.AskAsync("POST /api/publish/batch", Batch, token: TestTokens.For("ann"), idempotencyKey: "K");
        var again = await _gateway.AskAsync("POST /api/publish/batch", Batch, token: TestTokens.For("ann"), idempotencyKey: "K");

        var epoch = asUser.Body["results"]![0]!["epoch"]!.GetValue<string>();
        Assert.Multiple(async () =>
        {
            Assert.That(asUser.Body.ToJsonString(), Is.EqualTo(
                $$$"""{"results":[{"id":"K:0","channel":"chat:a","epoch":"{{{epoch}}}","offset":1},"""
                + """{"error":{"code":"permission_denied","message":"You may not publish in \u0027nowhere\u0027."}},"""
                + $$$"""[{"id":"own","channel":"chat:a","epoch":"{{{epoch}}}","offset":2},{"id":"own","channel":"live:b"}]]}"""));
            Assert.That(again.Body.ToJsonString(), Is.EqualTo(asUser.Body.ToJsonString()));
            Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Id), Is.EqualTo(new[] { "K:0", "own" }));
        });

        var typed = asUser.Body.Deserialize<PublishBatchResult>(JsonSerializerOptions.Web)!;
        Assert.That(typed.Results.Select(entry => entry.Error?.Code ?? entry.Published!.Count.ToString()), Is.EqualTo(new[] { "1", "permission_denied", "2" }));
    }

    [Test]
    public async Task Batch_IsRefusedWhole_WhenItIsTooLarge_OrNone()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:a");
        var one = """{"channel":"chat:a","event":"message"}""";
        var thousand = await _gateway.AskAsync("POST /api/publish/batch", Batch(Enumerable.Repeat(one, 1_000)), "backend");
        var heard = (await client.EventsUntilNowAsync()).Count;
        var tooMany = await _gateway.AskAsync("POST /api/publish/batch", Batch(Enumerable.Repeat(one, 1_001)), "backend");
        var none = await _gateway.AskAsync("POST /api/publish/batch", Batch([]), "backend");
        var malformed = await _gateway.AskAsync("POST /api/publish/batch", Batch([one, """{"channel":7,"event":"message"}"""]), "backend");
        var longKey = await _gateway.AskAsync("POST /api/publish/batch", Batch([one]), "backend", idempotencyKey: new string('k', 61));
        Assert.Multiple(async () =>
        {
            Assert.That(((JsonArray)thousand.Body["results"]!).Count, Is.EqualTo(1_000));
            Assert.That(heard, Is.EqualTo(1_000));
            Assert.That((tooMany.Status, CodeOf(tooMany.Body)), Is.EqualTo((429, "limit_exceeded")));
            Assert.That((none.Status, CodeOf(none.Body)), Is.EqualTo((400, "invalid_request")));
            Assert.That(malformed.Body["detail"]!.GetValue<string>(), Does.Contain("'publications[1].channel'"));
            Assert.That((longKey.Status, CodeOf(longKey.Body)), Is.EqualTo((400, "invalid_request")));
            Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task Broadcast_ReachesEverybody_FromServersAndWhoMay()
    {
        var client = await _gateway.ConnectAsync();
        const string Body = """{"event":"notice","data":{"text":"hi"}}""";
        var byKey = await _gateway.AskAsync("POST /api/broadcast", Body, "herald", idempotencyKey: "K");
        var byAdmin = await _gateway.AskAsync("POST /api/broadcast", Body, token: TestTokens.For("ann", new { labels = "admin" }));
        var byUser = await _gateway.AskAsync("POST /api/broadcast", Body, token: TestTokens.For("bob"));
        var byOtherKey = await _gateway.AskAsync("POST /api/broadcast", Body, "publisher");
        Assert.Multiple(async () =>
        {
            Assert.That(byKey.Body.ToJsonString(), Is.EqualTo("""{"id":"K"}"""));
            Assert.That((byAdmin.Status, byUser.Status, byOtherKey.Status), Is.EqualTo((200, 403, 403)));
            Assert.That((await client.EventsUntilNowAsync()).Select(heard => (heard.Channel, heard.Sender?.UserId)), Is.EqualTo(new[] { ("$all", null), ("$all", "ann") }));
        });
    }

    [TestCase("""{"channel":"chat:a","event":7}""", "'event'")]
    [TestCase("""{"channel":["chat:a"],"event":"e"}""", "'channel'")]
    [TestCase("""{"channel":"chat:a"}""", "channel or channels, event, data")]
    [TestCase("""{"channel":"chat:a","channels":["chat:a"],"event":"e"}""", "channel or channels")]
    [TestCase("[]", "JSON object")]
    [TestCase("null", "JSON object")]
    [TestCase("{", "JSON object")]
    [TestCase("", "JSON object")]
    [TestCase("""{"channel":"chat:a","event":"a b"}""", "An event's name")]
    [TestCase("""{"channel":"chat:a","event":"e","data":"\ud800"}""", "surrogate")]
    public async Task WrongBody_IsNamed(string body, string sentence)
    {
        var (status, problem) = await _gateway.AskAsync("POST /api/publish", body, "backend");
        Assert.Multiple(() =>
        {
            Assert.That((status, CodeOf(problem)), Is.EqualTo((400, "invalid_request")));
            Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain(sentence));
        });
    }

    [Test]
    public async Task LargeBody_IsRefused_WithAndWithoutALength()
    {
        var declared = await _gateway.AskAsync("POST /api/publish", Message(new string('x', 300_000)), "backend");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/publish") { Content = new StringContent(Message(new string('x', 300_000)), null, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        using var answer = await _gateway.Http.SendAsync(chunked).InTime();
        var large = await _gateway.AskAsync("POST /api/publish", Message(new string('x', 70_000)), "backend");
        Assert.Multiple(() =>
        {
            Assert.That((declared.Status, CodeOf(declared.Body)), Is.EqualTo((413, "payload_too_large")));
            Assert.That((int)answer.StatusCode, Is.EqualTo(413));
            Assert.That((large.Status, CodeOf(large.Body)), Is.EqualTo((413, "payload_too_large")), "the payload's own bound");
        });
    }

    [Test]
    public async Task Limits_AreForUsers_AsOnTheHub_AndNotForServers()
    {
        await using var gateway = await RestGateway.StartAsync(("RateLimits:Publish:0:Permits", "2"), ("RateLimits:Publish:0:Window", "01:00:00"));
        var ann = TestTokens.For("ann");
        var client = await gateway.ConnectAsync(ann);
        await client.SendAsync("chat:a", "message", 1);
        const string Body = """{"channel":"chat:a","event":"message"}""";
        await gateway.AskAsync("POST /api/publish", Body, token: ann);
        using var refused = await gateway.SendAsync("POST /api/publish", Body, token: ann);
        var byKey = await gateway.AskAsync("POST /api/publish/batch", Batch(Enumerable.Repeat(Body, 10)), "backend");
        Assert.Multiple(() =>
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(429));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(byKey.Body.ToJsonString(), Does.Not.Contain("error"));
        });
    }

    [Test]
    public async Task WhereGuestsAreNotAdmitted_AKeyIsEnoughForWhatItCovers_AndForNothingElse()
    {
        await using var gateway = await TestGateway.StartAsync(RestGateway.Keys(("publisher", ["publish"], "team:*")).Append(("Auth:RequireSession", "true")));
        var covered = await gateway.AskAsync("POST /api/publish", """{"channel":"team:blue:room","event":"message"}""", "publisher");
        var asGuest = await gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message"}""", "publisher");
        var members = await gateway.AskAsync("GET /api/channels/chat:a/members", key: "publisher");
        var asUser = await gateway.AskAsync("POST /api/publish", """{"channel":"chat:a","event":"message"}""", "publisher", TestTokens.For("ann"));
        Assert.Multiple(() =>
        {
            Assert.That(covered.Status, Is.EqualTo(200));
            Assert.That((asGuest.Status, members.Status), Is.EqualTo((401, 401)));
            Assert.That(asUser.Status, Is.EqualTo(200));
        });
    }

    private static string Batch(IEnumerable<string> items) => $$"""{"publications":[{{string.Join(',', items)}}]}""";

    private static string Message(string data) => $$"""{"channel":"chat:a","event":"message","data":"{{data}}"}""";

    private static string CodeOf(JsonNode problem) => problem["code"]!.GetValue<string>();
}
