using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Rest;

/// <summary>What servers do to users, on every session they have.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class UserEndpointsTests
{
    private const string Room = "team:blue:room";
    private const string Complete = """{"complete":true}""";

    private TestGateway _gateway = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync(RestGateway.Keys(
            ("backend", ["users"], null),
            ("weak", ["publish", "read"], null),
            ("narrow", ["users"], "chat:*")));
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Sessions_AreThoseOfTheUser_TheOldestFirst()
    {
        var (one, other) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectAsync(TestTokens.For("ann")));
        await _gateway.ConnectAsync(TestTokens.For("bob"));
        var (oneId, otherId) = (await one.FindIdAsync(), await other.FindIdAsync());
        var (status, body) = await _gateway.AskAsync("GET /api/users/ann/sessions", key: "backend");
        var since = body["sessions"]!.AsArray().Select(session => session!["since"]!.ToJsonString()).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(200));
            Assert.That(body.ToJsonString(), Is.EqualTo(
                $$$"""{"sessions":[{"connectionId":"{{{oneId}}}","since":{{{since[0]}}}},{"connectionId":"{{{otherId}}}","since":{{{since[1]}}}}]}"""));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Disconnect_EndsEverySession_WithAReason_AndNobodyElses()
    {
        var (one, other) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectRawAsync(TestTokens.For("ann")));
        var bob = await _gateway.ConnectAsync(TestTokens.For("bob"));
        await bob.SubscribeAsync("chat:a");
        await one.SubscribeAsync("chat:a");

        var answer = await _gateway.AskAsync("POST /api/users/ann/disconnect", key: "backend");
        await _server.PublishAsync("chat:a", "message", 1);
        await _server.PublishAsync("$user:ann", "user:update", 1);

        var closed = await other.NextOfTypeAsync(7);
        Assert.Multiple(async () =>
        {
            Assert.That(answer.Body.ToJsonString(), Is.EqualTo(Complete));
            Assert.That((await one.Closed)!.Message, Does.Contain("permission_denied: A server has ended this session."));
            Assert.That(closed["error"]!.GetValue<string>(), Is.EqualTo("permission_denied: A server has ended this session."));
            Assert.That(closed["allowReconnect"]?.GetValue<bool>(), Is.Not.True);
            Assert.That(await bob.EventsUntilNowAsync(), Has.Count.EqualTo(1));
        });
        await (await _gateway.ConnectAsync(TestTokens.For("ann"))).SubscribeAsync("chat:a");
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Unsubscribe_EndsTheChannelsOfEverySession_AndOnlyThose()
    {
        var clients = new[] { await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectAsync(TestTokens.For("ann")) };
        foreach (var client in clients)
        {
            await client.SubscribeAsync(new[] { "chat:a", "chat:b" });
        }

        var answer = await _gateway.AskAsync("POST /api/users/ann/unsubscribe", """{"channels":["chat:a","chat:other"]}""", "backend");
        await _server.PublishAsync("chat:a", "message", 1);
        await _server.PublishAsync("chat:b", "message", 2);
        Assert.That(answer.Body.ToJsonString(), Is.EqualTo(Complete));
        foreach (var client in clients)
        {
            Assert.Multiple(async () =>
            {
                Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("chat:a", "revoked", "permission_denied")));
                Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Channel), Is.EqualTo(new[] { "chat:b" }));
            });
        }
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Revoke_TakesBackWhatHisTokensGave_WithTheReason()
    {
        var token = TestTokens.For("ann", "blue");
        var client = await _gateway.ConnectAsync(token);
        await client.SubscribeAsync(Room);

        var answer = await _gateway.AskAsync("POST /api/users/ann/revoke", """{"reason":"stolen"}""", "backend");
        await _server.PublishAsync(Room, "message", 1);
        var without = await _gateway.AskAsync("POST /api/users/ann/revoke", key: "backend");
        Assert.Multiple(async () =>
        {
            Assert.That((answer.Body.ToJsonString(), without.Body.ToJsonString()), Is.EqualTo((Complete, Complete)));
            Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage(Room, "revoked", "stolen")));
            Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
            Assert.That((await _gateway.AskAsync($"GET /api/channels/{Room}/members", token: token)).Status, Is.EqualTo(401));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Roles_ReplaceThoseOfTheToken_OnLiveSessions_OnNewOnes_AndOverHttp()
    {
        var token = TestTokens.For("ann", new { teams = new[] { "blue" }, labels = "admin", email_verified = true, channels = new Dictionary<string, string[]> { ["nowhere"] = ["read"] } });
        var client = await _gateway.ConnectAsync(token);
        await client.SubscribeAsync(new[] { Room, "nowhere", "chat:a" });

        var answer = await _gateway.AskAsync("PUT /api/users/ann/roles", """{"roles":["team:red/editor","label:vip"]}""", "backend");
        await _server.PublishAsync(Room, "message", 1);
        await _server.PublishAsync("nowhere", "message", 1);

        var notices = new[] { await client.NextNoticeAsync(), await client.NextNoticeAsync() };
        var later = await _gateway.ConnectAsync();
        var became = await later.AuthenticateAsync(token);
        await (await _gateway.ConnectAsync(token)).SubscribeAsync("team:red:room");
        Assert.Multiple(async () =>
        {
            Assert.That(answer.Body.ToJsonString(), Is.EqualTo(Complete));
            Assert.That(notices.Select(notice => (notice.Channel, notice.Reason)), Is.EquivalentTo(new[] { (Room, "permission_denied"), ("nowhere", "permission_denied") }));
            Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
            Assert.That((await client.SubscribeAsync("team:red:room")).Channels, Has.Count.EqualTo(1));
            Assert.That((await client.SendAsync("team:red:room", "message", 1)).Id, Is.Not.Empty);
            Assert.That(await client.ErrorOfAsync("Broadcast", "notice", 1), Does.StartWith("permission_denied: "));
            Assert.That(became.Roles, Is.EqualTo(new[] { "any", "label:vip", "team:red", "team:red/editor", "user:ann", "user:ann/verified", "users", "users/verified" }));
            Assert.That((await _gateway.AskAsync($"GET /api/channels/{Room}/members", token: token)).Status, Is.EqualTo(403));
            Assert.That((await _gateway.AskAsync("GET /api/channels/team:red:room/members", token: token)).Status, Is.EqualTo(200));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Roles_LastUntilANewerToken_AndUntilTheNextAreSet()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var gateway = await TestGateway.StartAsync(RestGateway.Keys(("backend", ["users"], null)), services => services.AddSingleton<TimeProvider>(time));
        var old = TestTokens.For("ann", "blue");
        var client = await gateway.ConnectAsync(old);
        await gateway.AskAsync("PUT /api/users/ann/roles", """{"roles":[]}""", "backend");
        var without = await client.ErrorOfAsync("Subscribe", Room);

        await gateway.AskAsync("PUT /api/users/ann/roles", """{"roles":["team:blue"]}""", "backend");
        await client.SubscribeAsync(Room);

        await gateway.AskAsync("PUT /api/users/ann/roles", """{"roles":[]}""", "backend");
        time.Advance(TimeSpan.FromSeconds(5));
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var newer = TestTokens.Sign(new { sub = "ann", iat = now, exp = now + 600, teams = new[] { "blue" } });
        var became = await client.AuthenticateAsync(newer);
        Assert.Multiple(async () =>
        {
            Assert.That(without, Does.StartWith("permission_denied: "));
            Assert.That((await client.NextNoticeAsync()).Channel, Is.EqualTo(Room));
            Assert.That(became.Roles, Does.Contain("team:blue"));
            Assert.That((await client.AuthenticateAsync(old)).Roles, Does.Not.Contain("team:blue"));
        });
    }

    [TestCase("user:signin")]
    [TestCase("user:signout")]
    [TestCase("user:update")]
    [TestCase("user:pwdchange")]
    [TestCase("user:emailchange")]
    [TestCase("user:phonechange")]
    [TestCase("user:delete")]
    [TestCase("order.placed")]
    [RealTime(bearableSeconds: 1)]
    public async Task Event_ReachesEverySession_WithoutASubscription_AndNobodyElse(string name)
    {
        var (one, other) = (await _gateway.ConnectAsync(TestTokens.For("ann.1")), await _gateway.ConnectAsync(TestTokens.For("ann.1")));
        var bob = await _gateway.ConnectAsync(TestTokens.For("bob"));

        // SignalR answers the handshake before the session has begun; a call is answered after that.
        await Task.WhenAll(one.UnsubscribeAsync("nothing:here"), other.UnsubscribeAsync("nothing:here"));
        var body = $$$"""{"event":"{{{name}}}","data":{"n":1}}""";
        var answer = await _gateway.AskAsync("POST /api/users/ann.1/events", body, "backend", idempotencyKey: "K");
        await _gateway.AskAsync("POST /api/users/ann.1/events", body, "backend", idempotencyKey: "K");
        Assert.That(answer.Body.ToJsonString(), Is.EqualTo(Complete));
        foreach (var client in new[] { one, other })
        {
            var heard = (await client.EventsUntilNowAsync()).Single();
            Assert.That((heard.Channel, heard.Event, heard.Data.GetRawText(), heard.Sender), Is.EqualTo(("$user:ann.1", name, """{"n":1}""", (Sender?)null)));
        }

        Assert.That(await bob.EventsUntilNowAsync(), Is.Empty);
    }

    private static readonly (string Call, string? Body)[] Actions =
    [
        ("GET /api/users/nobody/sessions", null),
        ("POST /api/users/nobody/disconnect", null),
        ("POST /api/users/nobody/unsubscribe", """{"channels":["chat:a"]}"""),
        ("POST /api/users/nobody/revoke", null),
        ("PUT /api/users/nobody/roles", """{"roles":["label:vip"]}"""),
        ("POST /api/users/nobody/events", """{"event":"user:update"}"""),
    ];

    [TestCaseSource(nameof(Actions))]
    [RealTime(bearableSeconds: 1)]
    public async Task Action_IsForServers_AndCompleteForAUserWithoutSessions((string Call, string? Body) action)
    {
        var (call, body) = action;
        var byServer = await _gateway.AskAsync(call, body, "backend");
        var byGuest = await _gateway.AskAsync(call, body);
        var byUser = await _gateway.AskAsync(call, body, token: TestTokens.For("nobody2"));
        var byOtherKey = await _gateway.AskAsync(call, body, "weak");
        Assert.Multiple(() =>
        {
            Assert.That(byServer.Status, Is.EqualTo(200));
            Assert.That(byServer.Body.ToJsonString(), Is.EqualTo(call.EndsWith("sessions", StringComparison.Ordinal) ? """{"sessions":[]}""" : Complete));
            Assert.That((byGuest.Status, CodeOf(byGuest.Body)), Is.EqualTo((401, "unauthenticated")));
            Assert.That((byUser.Status, CodeOf(byUser.Body)), Is.EqualTo((403, "permission_denied")));
            Assert.That((byOtherKey.Status, CodeOf(byOtherKey.Body)), Is.EqualTo((403, "permission_denied")));
        });
    }

    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":[]}""", "backend", 400, "invalid_request")]
    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":[null]}""", "backend", 400, "invalid_request")]
    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":"chat:a"}""", "backend", 400, "invalid_request")]
    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":["$user:ann"]}""", "backend", 400, "invalid_channel")]
    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":["live:a"]}""", "narrow", 403, "permission_denied")]
    [TestCase("POST /api/users/ann/unsubscribe", """{"channels":["chat:a"]}""", "narrow", 200, null)]
    [TestCase("POST /api/users/ann/revoke", """{"reason":"two words"}""", "backend", 400, "invalid_request")]
    [TestCase("PUT /api/users/ann/roles", """{"roles":["users/verified"]}""", "backend", 400, "invalid_request")]
    [TestCase("PUT /api/users/ann/roles", """{"roles":["user:bob"]}""", "backend", 400, "invalid_request")]
    [TestCase("PUT /api/users/ann/roles", """{"roles":["key:backend"]}""", "backend", 400, "invalid_request")]
    [TestCase("PUT /api/users/ann/roles", """{}""", "backend", 400, "invalid_request")]
    [TestCase("POST /api/users/ann/events", """{"data":1}""", "backend", 400, "invalid_request")]
    [TestCase("POST /api/users/a%2Fb/disconnect", null, "backend", 400, "invalid_request")]
    public async Task Action_IsRefusedAsProblem(string call, string? body, string key, int status, string? code)
    {
        var answer = await _gateway.AskAsync(call, body, key);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(status), answer.Body.ToJsonString());
            Assert.That(status == 200 ? null : CodeOf(answer.Body), Is.EqualTo(code));
        });
    }

    private static string CodeOf(JsonNode problem) => problem["code"]!.GetValue<string>();
}
