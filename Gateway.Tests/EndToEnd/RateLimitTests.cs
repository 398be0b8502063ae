using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Who does something too often is refused, told when to come back, and harms nobody else.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RateLimitTests
{
    private const string Key = "a key that only these tests know";
    private const string Here = "198.51.100.1";
    private const string Elsewhere = "198.51.100.2";

    private readonly ConcurrentBag<TestClient> _clients = [];
    private ManualTime _time = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public void SetClock() => _time = new ManualTime(DateTimeOffset.UtcNow);

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
        await _gateway.DisposeAsync();
    }

    private static object[][] Calls { get; } =
    [
        ["Subscribe", "Subscribe", new object?[] { "chat:a" }],
        ["Send", "Publish", new object?[] { "chat:a", "message", 1 }],
        ["Publish", "Publish", new object?[] { new { channel = "chat:a", @event = "message" } }],
        ["Broadcast", "Publish", new object?[] { "notice", 1 }],
        ["UpdateProfile", "Publish", new object?[] { new { name = "Ann" } }],
        ["Unsubscribe", "Request", new object?[] { "chat:a" }],
        ["GetMembers", "Request", new object?[] { "chat:a" }],
        ["GetHistory", "Request", new object?[] { new { channel = "chat:a" } }],
        ["Authenticate", "Request", new object?[] { null }],
    ];

    [TestCaseSource(nameof(Calls))]
    public async Task Call_IsRefusedWhenItComesTooOften_AndWorksAgainAfterTheTimeItIsTold(string method, string operation, object?[] arguments)
    {
        await StartAsync(Rule(operation, 2));
        var client = await ConnectAsync(TestTokens.For("ann", new { labels = "admin" }));

        // Authenticate goes on as whoever it makes of the session, so it is asked to change nothing.
        arguments = method == "Authenticate" ? [TestTokens.For("ann", new { labels = "admin" })] : arguments;
        await CallAsync(client, method, arguments);
        await CallAsync(client, method, arguments);
        Assert.That(await client.ErrorOfAsync(method, arguments), Is.EqualTo($"rate_limited;retryAfter=5: {operation} is allowed 2 times in 00:00:10."));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(await client.ErrorOfAsync(method, arguments), Is.EqualTo($"rate_limited;retryAfter=1: {operation} is allowed 2 times in 00:00:10."));
        _time.Advance(TimeSpan.FromSeconds(1));
        await CallAsync(client, method, arguments);
        Assert.That(await client.ErrorOfAsync(method, arguments), Is.EqualTo($"rate_limited;retryAfter=5: {operation} is allowed 2 times in 00:00:10."));
    }

    // The one test that really waits: what it says must be so by every clock on the way.
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task ComingBackWhenTold_IsInTime()
    {
        _gateway = await TestGateway.StartAsync(Rule("Publish", 1, "00:00:01"));
        var client = await ConnectAsync();
        await SendAsync(client);
        Assert.That(await client.ErrorOfAsync("Send", "chat:a", "message", 1), Does.StartWith("rate_limited;retryAfter=1:"));
        await Task.Delay(TimeSpan.FromSeconds(1.005)); // Timers can be a millisecond early.
        await SendAsync(client);
    }

    [Test]
    public async Task Operations_AreCountedApart()
    {
        await StartAsync([.. Rule("Subscribe", 1), .. Rule("Publish", 1), .. Rule("Request", 1)]);
        var client = await ConnectAsync();
        await client.SubscribeAsync("chat:a");
        await SendAsync(client);
        await client.UnsubscribeAsync("chat:b");
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", "chat:b"), Does.StartWith("rate_limited;retryAfter=10: Subscribe "));
            Assert.That(await client.ErrorOfAsync("Send", "chat:a", "message", 2), Does.StartWith("rate_limited;retryAfter=10: Publish "));
            Assert.That(await client.ErrorOfAsync("GetMembers", "chat:a"), Does.StartWith("rate_limited;retryAfter=10: Request "));
            Assert.That((await client.NextEventAsync()).Data.GetInt32(), Is.EqualTo(1), "what was refused changed nothing");
        });
    }

    [Test]
    public async Task OfSeveralRules_TheFirstThatIsExceededSpeaks_InItsOwnWords()
    {
        await StartAsync(
        [
            .. Rule("Publish", 3, "00:01:00", "Three a minute; the paid plan has more."),
            .. Rule("Publish", 2, "00:00:01", "Slower, please: two a second.", index: 1),
        ]);
        var client = await ConnectAsync();
        await SendAsync(client);
        await SendAsync(client);
        Assert.That(await client.ErrorOfAsync("Send", "chat:a", "message", 1), Is.EqualTo("rate_limited;retryAfter=1: Slower, please: two a second."));
        Assert.That(await client.ErrorOfAsync("Send", "chat:a", "message", 1), Is.EqualTo("rate_limited;retryAfter=20: Three a minute; the paid plan has more."));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await client.ErrorOfAsync("Send", "chat:a", "message", 1), Is.EqualTo("rate_limited;retryAfter=19: Three a minute; the paid plan has more."));
        _time.Advance(TimeSpan.FromSeconds(19));
        await SendAsync(client);
    }

    [Test]
    public async Task SessionsOfAUser_ShareHisBudget_WhereverTheyComeFrom_AndTwoUsersDoNot()
    {
        await StartAsync(Rule("Publish", 2));
        var (laptop, phone, bob) = (await ConnectAsync(TestTokens.For("ann"), Here), await ConnectAsync(TestTokens.For("ann"), Elsewhere), await ConnectAsync(TestTokens.For("bob"), Here));
        await SendAsync(laptop);
        await SendAsync(phone);
        await AssertLimitedAsync(laptop, phone, await ConnectAsync(TestTokens.For("ann"), "198.51.100.3"));
        await SendAsync(bob);
        await SendAsync(bob);
        await AssertLimitedAsync(bob);
    }

    [Test]
    public async Task Guests_ShareTheBudgetOfTheirAddress_AndUsersThereDoNot()
    {
        await StartAsync(Rule("Publish", 2));
        var (one, other, user, far) = (await ConnectAsync(from: Here), await ConnectAsync(from: Here), await ConnectAsync(TestTokens.For("ann"), Here), await ConnectAsync(from: Elsewhere));
        await SendAsync(one);
        await SendAsync(other);
        await AssertLimitedAsync(one, other, await ConnectAsync(from: "::ffff:" + Here), await ConnectAsync(from: Here + ":4711"));
        await SendAsync(user);
        await SendAsync(far);
    }

    [Test]
    public async Task GuestsOnIPv6_AreOne_WhereASingleLineHasTheirAddresses()
    {
        await StartAsync(Rule("Publish", 1));
        await SendAsync(await ConnectAsync(from: "2001:db8:0:1::1"));
        await AssertLimitedAsync(await ConnectAsync(from: "2001:db8:0:1::1"), await ConnectAsync(from: "2001:db8:0:1:ffff:ffff:ffff:ffff"), await ConnectAsync(from: "[2001:db8:0:1::2]:4711"));
        await SendAsync(await ConnectAsync(from: "2001:db8:0:2::1"));
    }

    [Test]
    public async Task WhatAClientSaysOfItsAddress_IsNotBelieved()
    {
        await StartAsync(Rule("Publish", 1));
        await SendAsync(await ConnectAsync(from: Here));
        await AssertLimitedAsync(await ConnectAsync(from: "1.1.1.1, " + Here), await ConnectAsync(from: "127.0.0.1, " + Here), await ConnectAsync(from: "garbage, " + Here));
        await SendAsync(await ConnectAsync(from: Here + ", 1.1.1.1"));
    }

    [Test]
    public async Task ForwardedAddress_IsNotBelieved_FromOneThatIsNoTrustedProxy()
    {
        _gateway = await TestGateway.StartAsync(Rule("Publish", 1), Clock, TestProxy.Use);
        await SendAsync(await ConnectAsync(from: Here));
        await AssertLimitedAsync(await ConnectAsync(from: Elsewhere), await ConnectAsync());
    }

    [Test]
    public async Task SessionsOfAnApiKey_ShareItsBudget_AndItsUsersHaveTheirOwn()
    {
        await StartAsync(Rule("Publish", 2));
        var (one, far, user) = (await ConnectAsync(null, Here, Key), await ConnectAsync(null, Elsewhere, Key), await ConnectAsync(TestTokens.For("ann"), Here, Key));
        await SendAsync(one);
        await SendAsync(far);
        await AssertLimitedAsync(one, far);
        await SendAsync(await ConnectAsync(from: Here));
        await SendAsync(user);
        await SendAsync(await ConnectAsync(TestTokens.For("ann"), Elsewhere));
        await AssertLimitedAsync(user);
    }

    [Test]
    public async Task Budget_IsThatOfWhoASessionIs_AndNobodyGetsAnotherByComingBack()
    {
        await StartAsync(Rule("Publish", 1));
        var client = await ConnectAsync(from: Here);
        await SendAsync(client);
        await AssertLimitedAsync(client);
        await client.AuthenticateAsync(TestTokens.For("ann"));
        await SendAsync(client);
        await AssertLimitedAsync(client);
        await client.AuthenticateAsync(null);
        await AssertLimitedAsync(client);
        await client.DisposeAsync();
        await AssertLimitedAsync(await ConnectAsync(from: Here), await ConnectAsync(TestTokens.For("ann"), Here));
    }

    [Test]
    public async Task Channels_OfOneCall_CountEach()
    {
        await StartAsync([.. Rule("Subscribe", 5), .. Rule("Publish", 5)]);
        var client = await ConnectAsync();
        await client.SubscribeAsync(new[] { "chat:a", "chat:b", "chat:c" });
        Assert.That(
            await client.ErrorOfAsync("Subscribe", (object)new[] { "chat:d", "chat:e", "chat:f" }),
            Is.EqualTo("rate_limited;retryAfter=2: Subscribe is allowed 5 times in 00:00:10."));
        await client.SubscribeAsync(new[] { "chat:d", "chat:e" });
        await CallAsync(client, "Publish", new { channels = new[] { "chat:a", "chat:b", "chat:c" }, @event = "message" });
        Assert.That(
            await client.ErrorOfAsync("Publish", new { channels = new[] { "chat:d", "chat:e", "chat:d" }, @event = "message" }),
            Is.EqualTo("rate_limited;retryAfter=2: Publish is allowed 5 times in 00:00:10."));
        await CallAsync(client, "Publish", new { channels = new[] { "chat:d", "chat:e" }, @event = "message" });
        Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Channel), Is.EqualTo(new[] { "chat:a", "chat:b", "chat:c", "chat:d", "chat:e" }));
    }

    [TestCase("Subscribe", "Subscribe", """["team:blue:room"]""", "permission_denied: ")]
    [TestCase("Subscribe", "Subscribe", """[[]]""", "invalid_request: ")]
    [TestCase("Subscribe", "Subscribe", """[{"channels":["chat:a"],"id":"$"}]""", "invalid_request: ")]
    [TestCase("Send", "Publish", """["silent:room","message",1]""", "permission_denied: ")]
    [TestCase("Send", "Publish", """["","message",1]""", "invalid_channel: ")]
    [TestCase("Send", "Publish", """["chat:a","",1]""", "invalid_request: ")]
    [TestCase("Publish", "Publish", """[{"channels":[],"event":"message"}]""", "invalid_request: ")]
    [TestCase("Broadcast", "Publish", """["notice",1]""", "permission_denied: ")]
    [TestCase("UpdateProfile", "Publish", """[1]""", "invalid_request: ")]
    [TestCase("Authenticate", "Request", """["a.wrong.token"]""", "unauthenticated: ")]
    [TestCase("GetMembers", "Request", """["silent:room"]""", "permission_denied: ")]
    [TestCase("GetHistory", "Request", """[{"channel":"chat:a","limit":0}]""", "invalid_request: ")]
    [TestCase("Unsubscribe", "Request", """[{"id":"nothing"}]""", null)]
    [TestCase("Nope", "Request", "[]", "invalid_request: ")]
    [TestCase("", "Request", "[]", "invalid_request: ")]
    [TestCase("Subscribe", "Request", "[42]", "invalid_request: ")]
    [TestCase("Subscribe", "Request", "[]", "invalid_request: ")]
    [TestCase("Send", "Request", """["chat:a","message",1,2]""", "invalid_request: ")]
    [TestCase("Publish", "Request", "[null]", "invalid_request: ")]
    public async Task RefusedCall_Counts_LikeOneThatIsNot(string method, string operation, string arguments, string? refusal)
    {
        await StartAsync(Rule(operation, 4));
        var raw = await _gateway.ConnectRawAsync(); // Which calls once.
        for (var i = operation == "Request" ? 1 : 0; i < 4; i++)
        {
            Assert.That((await raw.InvokeAsync(method, arguments))["error"]?.GetValue<string>(), refusal is null ? Is.Null : Does.StartWith(refusal));
        }

        Assert.That(
            (await raw.InvokeAsync(method, arguments))["error"]!.GetValue<string>(),
            Is.EqualTo($"rate_limited;retryAfter=3: {operation} is allowed 4 times in 00:00:10."));
    }

    // None of these reaches a method; each is answered, or not, by another part.
    [TestCase("""{"type":4,"invocationId":"42","target":"GetMembers","arguments":["chat:a"]}""", "invalid_request: ")]
    [TestCase("""{"type":4,"invocationId":"42","target":"Nope","arguments":[]}""", "invalid_request: ")]
    [TestCase("""{"type":1,"invocationId":"42","target":"GetMembers","arguments":["chat:a"],"streamIds":["1"]}""", "invalid_request: ")]
    [TestCase("""{"type":1,"invocationId":"42","target":"Send","arguments":["chat:a","message","LARGE"]}""", "payload_too_large: ")]
    [TestCase("""{"type":1,"invocationId":"42","target":"Send","arguments":["chat:a","message",DEEP]}""", "invalid_request: ")]
    [TestCase("""{"type":1,"target":"Nope","arguments":[]}""", null)]
    [TestCase("""{"type":1,"target":"Send","arguments":["chat:a"]}""", null)]
    [TestCase("""{"type":1,"target":"Send","arguments":["chat:a","message","LARGE"]}""", null)]
    [TestCase("""{"type":1,"target":"Send","arguments":["chat:a","message",DEEP]}""", null)]
    public async Task CallThatNothingCanReadOrKnows_CountsAsARequest(string message, string? refusal)
    {
        await StartAsync(Rule("Request", 4));
        var raw = await _gateway.ConnectRawAsync(); // Which calls once.
        message = message
            .Replace("LARGE", new string('x', 70_000), StringComparison.Ordinal)
            .Replace("DEEP", new string('[', 100) + new string(']', 100), StringComparison.Ordinal);
        for (var i = 1; i < 4; i++)
        {
            await raw.SendAsync(message);
            if (refusal is not null)
            {
                Assert.That((await raw.NextOfTypeAsync(3))["error"]!.GetValue<string>(), Does.StartWith(refusal));
            }
        }

        const string Limited = "rate_limited;retryAfter=3: Request is allowed 4 times in 00:00:10.";
        if (refusal is not null)
        {
            await raw.SendAsync(message);
            Assert.That((await raw.NextOfTypeAsync(3))["error"]!.GetValue<string>(), Is.EqualTo(Limited));
        }

        Assert.That((await raw.InvokeAsync("GetMembers", """["chat:a"]"""))["error"]!.GetValue<string>(), Is.EqualTo(Limited));
    }

    [Test]
    public async Task Pings_AreFree()
    {
        await StartAsync([.. Rule("Connect", 1), .. Rule("Subscribe", 1), .. Rule("Publish", 1), .. Rule("Request", 2)]);
        var raw = await _gateway.ConnectRawAsync();
        for (var i = 0; i < 1_000; i++)
        {
            await raw.SendAsync("""{"type":6}""");
        }

        Assert.That((await raw.InvokeAsync("GetMembers", """["chat:a"]"""))["error"], Is.Null);
    }

    [Test]
    public async Task WhoKeepsOn_IsClosed_WithTheReason()
    {
        await StartAsync(Rule("Publish", 1));
        var (client, bystander) = (await ConnectAsync(TestTokens.For("ann")), await ConnectAsync(TestTokens.For("ann")));
        await SendAsync(client);
        await AssertLimitedAsync(bystander);
        for (var i = 0; i < 100; i++)
        {
            await AssertLimitedAsync(client);
        }

        Assert.CatchAsync(() => client.SendAsync("chat:a", "message", 1), "the 101st refusal");
        Assert.That((await client.Closed)!.Message, Does.EndWith("rate_limited;retryAfter=10: Publish is allowed 1 times in 00:00:10."));
        await AssertLimitedAsync(bystander);
        Assert.That((await bystander.UnsubscribeAsync("chat:b")).Removed, Is.False, "the other session of the same user goes on");
    }

    [TestCase("""{"type":1,"target":"Send","arguments":["chat:a","message",1]}""")]
    [TestCase("""{"type":1,"target":"Nope","arguments":[]}""")]
    [TestCase("""{"type":1,"target":"Send","arguments":["chat:a","message",DEEP]}""")]
    public async Task WhoKeepsOn_AndWaitsForNoAnswer_IsClosedToo(string message)
    {
        await StartAsync([.. Rule("Publish", 1), .. Rule("Request", 1)]);
        var raw = await _gateway.ConnectRawAsync();
        message = message.Replace("DEEP", new string('[', 100) + new string(']', 100), StringComparison.Ordinal);
        for (var i = 0; i < 102; i++)
        {
            await raw.SendAsync(message);
        }

        Assert.That((await raw.NextOfTypeAsync(7))["error"]!.GetValue<string>(), Does.StartWith("rate_limited;retryAfter=10: "));
    }

    [Test]
    public async Task WhoPauses_IsNotClosed_HoweverOftenHeIsRefused()
    {
        await StartAsync(Rule("Publish", 1, "1.00:00:00"));
        var client = await ConnectAsync();
        await SendAsync(client);
        for (var i = 0; i < 300; i++)
        {
            await AssertLimitedAsync(client);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.That((await client.UnsubscribeAsync("chat:a")).Removed, Is.False);
    }

    [Test]
    public async Task Http_IsRefused_WithTheTimeInHeaderAndBody_AndSharesTheBudgetOfTheHub()
    {
        await StartAsync(Rule("Request", 4));
        var token = TestTokens.For("ann");
        var client = await ConnectAsync(token);
        await client.GetMembersAsync("chat:a");
        Assert.Multiple(async () =>
        {
            Assert.That(await StatusAsync(HttpMethod.Get, "/api/channels/chat:a/members", token), Is.EqualTo(200));
            Assert.That(await StatusAsync(HttpMethod.Get, "/api/channels/chat:a/members?limit=many", token), Is.EqualTo(400), "what cannot be read");
            Assert.That(await StatusAsync(HttpMethod.Get, "/api/channels/silent:a/members", token), Is.EqualTo(403), "what is not permitted");
        });
        foreach (var query in new[] { string.Empty, "?limit=many" })
        {
            using var response = await _gateway.GetAsync("/api/channels/chat:a/members" + query, token);
            Assert.That(
                await ProblemOfAsync(response),
                Is.EqualTo((429, "rate_limited", "Request is allowed 4 times in 00:00:10.", 3, 3)));
        }

        await AssertLimitedAsync(() => client.ErrorOfAsync("GetMembers", "chat:a"));
        Assert.That(await StatusAsync(HttpMethod.Get, "/api/channels/chat:a/members"), Is.EqualTo(200), "a guest");
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(await StatusAsync(HttpMethod.Get, "/api/channels/chat:a/members", token), Is.EqualTo(200));
    }

    [TestCase("GET", "/api/channels/chat:a/members?from=198.51.100.1")]
    [TestCase("POST", "/realtime/negotiate?negotiateVersion=1&from=198.51.100.1")]
    [TestCase("GET", "/realtime?from=198.51.100.1")]
    [TestCase("GET", "/realtime?id=unknown&from=198.51.100.1")]
    [TestCase("POST", "/realtime?id=unknown&from=198.51.100.1")]
    [TestCase("DELETE", "/realtime?id=unknown&from=198.51.100.1")]
    public async Task WhoShowsAWrongToken_IsCountedWhereHeComesFrom(string method, string path)
    {
        await StartAsync(Rule("Connect", 3));
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await StatusAsync(new HttpMethod(method), path, TestTokens.Forged), Is.EqualTo(401));
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new("Bearer", TestTokens.Forged);
        using var response = await _gateway.Http.SendAsync(request);
        Assert.That(await ProblemOfAsync(response), Is.EqualTo((429, "rate_limited", "Connect is allowed 3 times in 00:00:10.", 4, 4)));
        Assert.Multiple(async () =>
        {
            Assert.That(await StatusAsync(new HttpMethod(method), path.Replace(Here, Elsewhere, StringComparison.Ordinal), TestTokens.Forged), Is.EqualTo(401));
            Assert.That(Assert.CatchAsync<WebSocketException>(() => ConnectAsync(from: Here))!.Message, Does.Contain("429"), "a guest from there");
        });
        await SendAsync(await ConnectAsync(TestTokens.For("ann"), Here));
    }

    [Test]
    public async Task WrongKeyAndMissingCredential_CountToo()
    {
        await StartAsync([.. Rule("Connect", 3), ("Auth:RequireSession", "true")]);
        Assert.Multiple(async () =>
        {
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime?api_key=wrong"), Is.EqualTo(401));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime"), Is.EqualTo(401));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime?api_key=one&api_key=two"), Is.EqualTo(401));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime"), Is.EqualTo(429));
        });
    }

    [Test]
    public async Task Connection_CountsOnce_WithANegotiationAndWithout()
    {
        await StartAsync(Rule("Connect", 4));
        var token = TestTokens.For("ann");
        await SendAsync(await TestClient.ConnectAsync(await NegotiateAsync(token), token)); // 1.
        await SendAsync(await ConnectAsync(token)); // 2.
        await SendAsync(await TestClient.ConnectAsync($"{_gateway.HubUrl}?id=", token)); // 3: an empty id is none.
        Assert.That(await StatusAsync(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1", token), Is.EqualTo(200)); // 4.
        Assert.Multiple(async () =>
        {
            Assert.That(await StatusAsync(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1", token), Is.EqualTo(429));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime", token), Is.EqualTo(429));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime?id=", token), Is.EqualTo(429));
            Assert.That(await StatusAsync(HttpMethod.Get, "/realtime?id=a&id=b", token), Is.EqualTo(429));
            Assert.That(Assert.CatchAsync<WebSocketException>(() => ConnectAsync(token))!.Message, Does.Contain("429"));
            Assert.That(await StatusAsync(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1", TestTokens.For("bob")), Is.EqualTo(200));
        });
    }

    [TestCase("GET")]
    [TestCase("HEAD")]
    [TestCase("PUT")]
    [TestCase("OPTIONS")]
    [TestCase("DELETE")]
    public async Task Method_ThatNegotiationDoesNotKnow_CountsAllTheSame(string method)
    {
        await StartAsync(Rule("Connect", 1));
        Assert.That(await StatusAsync(new HttpMethod(method), "/realtime/negotiate?negotiateVersion=1"), Is.EqualTo(405));
        Assert.That(await StatusAsync(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1"), Is.EqualTo(429));
    }

    // Who polls sends a request for each message and each wait; what counts is what he calls.
    [Test]
    public async Task LaterRequests_OfAConnection_AreNotArrivals()
    {
        await StartAsync([.. Rule("Connect", 1), .. Rule("Publish", 1)]);
        var url = await NegotiateAsync(token: null);
        var polling = _gateway.Http.GetAsync(url);
        async Task PostAsync(string text) => (await _gateway.Http.PostAsync(url, new StringContent(text))).EnsureSuccessStatusCode();
        (await polling.InTime()).EnsureSuccessStatusCode();
        await PostAsync("{\"protocol\":\"json\",\"version\":1}\u001e");
        Assert.That(await PollAsync(), Is.EqualTo("{}\u001e"));
        foreach (var expected in new[] { "\"result\":", "rate_limited;retryAfter=10: Publish is allowed 1 times in 00:00:10." })
        {
            await PostAsync("""{"type":1,"invocationId":"1","target":"Send","arguments":["chat:a","message",1]}""" + '\u001e');
            Assert.That(await PollAsync(), Does.Contain(expected));
        }

        async Task<string> PollAsync() => await (await _gateway.Http.GetAsync(url).InTime()).EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static (string Key, string Value)[] Rule(string operation, int permits, string window = "00:00:10", string? message = null, int index = 0) =>
    [
        ($"RateLimits:{operation}:{index}:Permits", $"{permits}"),
        ($"RateLimits:{operation}:{index}:Window", window),
        .. message is null ? Array.Empty<(string, string)>() : [($"RateLimits:{operation}:{index}:Message", message)],
    ];

    private static Task<object?> CallAsync(TestClient client, string method, params object?[] arguments) =>
        client.Hub.InvokeCoreAsync(method, typeof(JsonElement?), arguments).InTime();

    private static Task<Acknowledgement> SendAsync(TestClient client) => client.SendAsync("chat:a", "message", 1);

    private static async Task AssertLimitedAsync(params TestClient[] clients)
    {
        foreach (var client in clients)
        {
            await AssertLimitedAsync(() => client.ErrorOfAsync("Send", "chat:a", "message", 1));
        }
    }

    private static async Task AssertLimitedAsync(Func<Task<string>> call) => Assert.That(await call(), Does.StartWith("rate_limited;retryAfter="));

    private static async Task<(int Status, string Code, string Detail, int InBody, double? InHeader)> ProblemOfAsync(HttpResponseMessage response)
    {
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        return (
            (int)response.StatusCode,
            problem["code"]!.GetValue<string>(),
            problem["detail"]!.GetValue<string>(),
            problem["retryAfter"]!.GetValue<int>(),
            response.Headers.RetryAfter?.Delta?.TotalSeconds);
    }

    private void Clock(IServiceCollection services) => services.AddSingleton<TimeProvider>(_time);

    private async Task StartAsync(IEnumerable<(string Key, string Value)> settings) => _gateway = await TestGateway.StartAsync(
        [TestProxy.Trust, ("Auth:ApiKeys:0:Name", "backend"), ("Auth:ApiKeys:0:Sha256", TestApiKeys.Sha256(Key)), ("Auth:ApiKeys:0:Scopes:0", "connect"), .. settings],
        Clock,
        TestProxy.Use);

    private async Task<TestClient> ConnectAsync(string? token = null, string from = Here, string? key = null)
    {
        var url = _gateway.HubUrlFrom(from) + (key is null ? string.Empty : "&api_key=" + Uri.EscapeDataString(key));
        var client = await TestClient.ConnectAsync(url, token);
        _clients.Add(client);
        return client;
    }

    private async Task<string> NegotiateAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1");
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var response = await _gateway.Http.SendAsync(request);
        var id = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["connectionToken"]!.GetValue<string>();
        return $"{_gateway.HubUrl}?id={id}";
    }

    private async Task<int> StatusAsync(HttpMethod method, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var response = await _gateway.Http.SendAsync(request).InTime();
        return (int)response.StatusCode;
    }
}
