using System.Diagnostics;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Two gateways over one Redis are one: whatever is asked of either has the same answer.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class TwoNodesTests
{
    private const string Channel = "chat:lobby";

    private RedisServer _redis = null!;
    private TestGateway _one = null!;
    private TestGateway _other = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _redis = await RedisServer.StartAsync();
        _one = await StartNodeAsync();
        _other = await StartNodeAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Test]
    public async Task Publication_ReachesBothNodes_WithOnePosition_AndIsRecoveredOnTheOther()
    {
        var (ann, bob) = (await _one.ConnectAsync(TestTokens.For("ann")), await _other.ConnectAsync(TestTokens.For("bob")));
        await ann.SubscribeAsync(Channel);
        await bob.SubscribeAsync(Channel);
        var first = await ann.SendAsync(Channel, "message", 1);
        var second = await bob.SendAsync(Channel, "message", 2);
        foreach (var client in new[] { ann, bob })
        {
            Assert.That(Seen(await client.NextEventAsync()), Is.EqualTo((first.Offset, 1)));
            Assert.That(Seen(await client.NextEventAsync()), Is.EqualTo((second.Offset, 2)));
        }

        var since = new { channels = new[] { new { channel = Channel, since = new Position(first.Epoch!, first.Offset!.Value) } } };
        var returned = await _one.ConnectAsync(TestTokens.For("bob"));
        var answer = await returned.SubscribeAsync(since);
        var replayed = await returned.NextEventAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Channels.Single().Recovered, Is.True);
            Assert.That((Seen(replayed), replayed.Replayed), Is.EqualTo(((second.Offset, 2), true)));
        });

        static (long?, int) Seen(EventMessage heard) => (heard.Offset, heard.Data.GetInt32());
    }

    [Test]
    public async Task Members_Sessions_Channels_AndHistory_AreTheSameOnBoth()
    {
        var (ann, again, bob) =
            (await _one.ConnectAsync(TestTokens.For("ann")), await _other.ConnectAsync(TestTokens.For("ann")), await _other.ConnectAsync(TestTokens.For("bob")));
        await ann.SubscribeAsync(Channel);
        await again.SubscribeAsync(Channel);
        await bob.SubscribeAsync(Channel);
        await ann.UpdateProfileAsync(new { name = "Ann" });
        await bob.SendAsync(Channel, "message", 1);
        await bob.SendAsync("chat:other", "message", 1);

        string[] questions =
        [
            $"GET /api/channels/{Channel}/members", "GET /api/channels", $"GET /api/channels/{Channel}", $"GET /api/channels/{Channel}/history",
            "GET /api/users/ann/sessions",
        ];
        foreach (var question in questions)
        {
            var answers = new[] { await _one.AskAsync(question, key: "backend"), await _other.AskAsync(question, key: "backend") };
            Assert.That(answers[1].Body.ToJsonString(), Is.EqualTo(answers[0].Body.ToJsonString()), question);
        }

        var members = (await _one.AskAsync(questions[0], key: "backend")).Body;
        var sessions = (await _one.AskAsync(questions[^1], key: "backend")).Body;
        var joined = new List<string>
        {
            Told(await ann.NextPresenceAsync()), Told(await ann.NextPresenceAsync()), Told(await ann.NextPresenceAsync()),
        };
        Assert.Multiple(() =>
        {
            Assert.That(members["members"]!.AsArray().Select(member => (string?)member!["id"]), Is.EqualTo(new[] { "user:ann", "user:bob" }));
            Assert.That(members["members"]![0]!["connections"]!.GetValue<int>(), Is.EqualTo(2));
            Assert.That(sessions["sessions"]!.AsArray(), Has.Count.EqualTo(2));
            Assert.That(joined, Is.EqualTo(new[] { "join user:ann", "join user:bob", "update user:ann" }));
        });

        static string Told(PresenceMessage message) => $"{message.Type} {message.Member.Id}";
    }

    [Test]
    public async Task IdempotencyKey_HasOneEffect_WhicheverNodeIsAsked()
    {
        const string Body = """{"channel":"chat:lobby","event":"message","data":1}""";
        var first = await _one.AskAsync("POST /api/publish", Body, key: "backend", idempotencyKey: "once");
        var again = await _other.AskAsync("POST /api/publish", Body, key: "backend", idempotencyKey: "once");
        var other = await _other.AskAsync("POST /api/publish", Body.Replace("1", "2", StringComparison.Ordinal), key: "backend", idempotencyKey: "once");
        Assert.Multiple(() =>
        {
            Assert.That(again.Body.ToJsonString(), Is.EqualTo(first.Body.ToJsonString()));
            Assert.That((other.Status, (string?)other.Body["code"]), Is.EqualTo((409, ErrorCodes.Conflict)));
        });
    }

    [Test]
    public async Task Broadcasts_AndUserEvents_ReachSessionsOfBoth()
    {
        var (ann, again) = (await _one.ConnectAsync(TestTokens.For("ann")), await _other.ConnectAsync(TestTokens.For("ann")));
        foreach (var client in new[] { ann, again })
        {
            await client.UnsubscribeAsync("nothing:here"); // Answered once the session has begun.
        }

        await _one.AskAsync("POST /api/broadcast", """{"event":"news","data":1}""", key: "backend");
        await _other.AskAsync("POST /api/users/ann/events", """{"event":"user:note","data":2}""", key: "backend");
        foreach (var client in new[] { ann, again })
        {
            // They come by different ways, in no order.
            var heard = new[] { await client.NextEventAsync(), await client.NextEventAsync() };
            Assert.That(heard.Select(one => (one.Channel, one.Data.GetInt32())), Is.EquivalentTo(new[] { ("$all", 1), ("$user:ann", 2) }));
        }
    }

    [Test]
    public async Task ManySessionsOnOneChannel_AreOneSubscriptionInRedis_WhoeverTheyAre()
    {
        const int Sessions = 200;
        await _one.ConnectAsync(TestTokens.For("first"));
        var before = await CountAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(i => RawClient.ConnectAsync(_one.HubUrl, TestTokens.For($"u{i}"))));
        await Task.WhenAll(clients.Select(client => client.InvokeAsync("Subscribe", $"""["{Channel}"]""")));
        var during = await CountAsync();
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        Assert.That(during, Is.EqualTo(before + 1));

        async Task<int> CountAsync() => (await _redis.CommandAsync("PUBSUB", "CHANNELS")).Split('\n').Length;
    }

    [Test]
    public async Task NodeThatStops_LeavesNobodyBehind_AndTheOtherGoesOn()
    {
        var bob = await _other.ConnectAsync(TestTokens.For("bob"));
        await bob.SubscribeAsync(Channel);
        var ann = await _one.ConnectAsync();
        await ann.SubscribeAsync(Channel);
        Assert.That((await bob.NextPresenceAsync()).Type, Is.EqualTo(PresenceTypes.Join));
        Assert.That((await bob.NextPresenceAsync()).Type, Is.EqualTo(PresenceTypes.Join));

        await _one.DisposeAsync();
        var left = await bob.NextPresenceAsync();
        var revoked = await _other.AskAsync("POST /api/users/nobody/revoke", "{}", key: "backend");
        Assert.Multiple(async () =>
        {
            Assert.That(left.Type, Is.EqualTo(PresenceTypes.Leave));
            Assert.That((revoked.Status, revoked.Body["complete"]!.GetValue<bool>()), Is.EqualTo((200, true)), "nobody waits for the node that stopped");
            Assert.That((await bob.SendAsync(Channel, "message", 1)).Offset, Is.EqualTo(1));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task RedisThatHangs_RefusesInTime_KeepsConnections_SaysDegraded_AndIsBackInTime()
    {
        var ann = await _one.ConnectAsync(TestTokens.For("ann"));
        await ann.SubscribeAsync(Channel);
        await ann.SendAsync(Channel, "message", 1);
        await _redis.PauseAsync();

        var since = Stopwatch.StartNew();
        var refusal = await ann.ErrorOfAsync("Send", Channel, "message", 2);
        var took = since.Elapsed;
        var ready = await _one.GetAsync("/health/ready");
        var said = await ready.Content.ReadAsStringAsync();
        var history = await ann.ErrorOfAsync("GetHistory", new { channel = Channel });

        await _redis.ContinueAsync();
        since.Restart();
        while (JsonNode.Parse(await (await _one.GetAsync("/health/ready")).Content.ReadAsStringAsync())!["status"]!.GetValue<string>() != "ready")
        {
            Assert.That(since.Elapsed, Is.LessThan(Bounds.Timeout));
            await Task.Delay(50);
        }

        var back = since.Elapsed;
        Assert.Multiple(async () =>
        {
            Assert.That(refusal, Does.StartWith("unavailable;retryAfter=1: "));
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(2)));
            Assert.That(((int)ready.StatusCode, said), Is.EqualTo((200, """{"status":"degraded","reasons":["redis"]}""")));
            Assert.That(history, Does.StartWith("unavailable"));
            Assert.That(back, Is.LessThan(TimeSpan.FromSeconds(5)));
            Assert.That((await ann.SendAsync(Channel, "message", 3)).Offset, Is.GreaterThanOrEqualTo(2));
        });
    }

    [Test]
    public async Task ProgramThatIsToStop_TellsItsClients_AndEndsInTime_ThoughRedisHangs()
    {
        await using var program = await GatewayProgram.StartAsync(
            ProgramTests.Binary,
            Repository.Folder,
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("Gateway__Redis__Configuration", _redis.Address));
        _ = program.UntilItEndsAsync(); // What it says is read from the start.
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawClient.ConnectAsync(program.Url + "realtime", token: null)));
        await Task.WhenAll(clients.Select(client => client.InvokeAsync("Subscribe", $"""["{Channel}"]""")));

        await _redis.PauseAsync();
        await program.TerminateAsync();
        var since = Stopwatch.StartNew();
        var farewells = await Task.WhenAll(clients.Select(client => client.NextOfTypeAsync(7)));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        var (exitCode, said) = await program.UntilItEndsAsync().WaitAsync(TimeSpan.FromSeconds(33));
        Assert.Multiple(() =>
        {
            Assert.That(farewells.Select(close => (string?)close["error"]), Has.All.StartsWith("unavailable: "));
            Assert.That(exitCode, Is.Zero, said);
            Assert.That(since.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
        });
    }

    private Task<TestGateway> StartNodeAsync() => RestGateway.StartAsync(("Redis:Configuration", _redis.Address));
}
