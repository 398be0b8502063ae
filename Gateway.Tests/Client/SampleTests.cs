using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Protocol;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>The client writes the golden samples of the calls, and reads those of the gateway.</summary>
[TestFixture]
public sealed class SampleTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 15, 9, 30, 0, TimeSpan.Zero));
    private readonly Queue<string?> _tokens = new();
    private ScriptedGateway _gateway = null!;
    private RealtimeClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _client = new RealtimeClient(_gateway.Url, new()
        {
            PingInterval = TimeSpan.FromHours(1),
            ServerTimeout = TimeSpan.FromHours(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(1),
            TimeProvider = _time,
            Token = _ => ValueTask.FromResult(_tokens.Count > 0 ? _tokens.Dequeue() : null),
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Test]
    public async Task Handshake_IsItsSample()
    {
        await _client.ConnectAsync().InTime();
        Assert.That(await _gateway.Heard.NextAsync(), Is.EqualTo(Samples.Read(HandshakeSampleTests.Request)));
    }

    [Test]
    [Behaviour("changes-its-ping-interval")]
    public async Task Ping_IsItsSample_AndComesAsOftenAsItWasChangedTo()
    {
        await _client.ConnectAsync().InTime();
        await _gateway.Heard.NextAsync();
        _client.PingInterval = TimeSpan.FromSeconds(1);
        Assert.That(_client.PingInterval, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(() => _client.PingInterval = TimeSpan.Zero, Throws.InstanceOf<ArgumentOutOfRangeException>());
        await _gateway.Heard.NextAsync(message => message == Samples.Read("ping"));
        await _gateway.Heard.NextAsync(message => message == Samples.Read("ping"));
    }

    private static IEnumerable<TestCaseData> Calls()
    {
        yield return Call("update-profile", client => client.UpdateProfileAsync(Argument("call-update-profile", 0)));
        yield return Call("publish", client => client.PublishAsync(Request<PublishRequest>("call-publish")));
        yield return Call("publish-several", client => client.PublishAsync(Request<PublishRequest>("call-publish-several")));
        yield return Call("broadcast", client => client.BroadcastAsync("notice", Argument("call-broadcast", 1)));
        yield return Call("get-members", client => client.MembersAsync("chat:lobby"));
        yield return Call("get-members-page", client => client.MembersAsync("chat:lobby", "Z3Vlc3Q", 1));
        yield return Call("get-history", client => client.HistoryAsync("chat:lobby"));
        yield return Call("get-history-page", client => client.HistoryAsync(Request<HistoryRequest>("call-get-history-page")));

        static TestCaseData Call(string name, Func<RealtimeClient, Task> call) => new TestCaseData(name, call).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Calls))]
    public async Task Call_IsWrittenAsItsSample_AndItsAnswerIsRead(string name, Func<RealtimeClient, Task> call)
    {
        var calling = call(_client);
        var heard = await _gateway.NextCallAsync();
        AssertIs(heard, "call-" + name);
        await _gateway.AnswerAsync(heard, Samples.Read("answer-" + name));
        await calling.InTime();
        if (calling.GetType().GetProperty("Result")?.GetValue(calling) is { } result && CallSamples.Get("call-" + name).Answer is not null)
        {
            var expected = JsonNode.Parse(Samples.Read("answer-" + name))!["result"]!;
            var read = JsonSerializer.SerializeToNode(result, result.GetType(), JsonSerializerOptions.Web)!;
            Assert.That(JsonNode.DeepEquals(read is JsonArray && expected is JsonObject ? read[0] : read, expected), Is.True, read.ToJsonString());
        }
    }

    [TestCase("error", ErrorCodes.PermissionDenied, null)]
    [TestCase("error-rate-limited", ErrorCodes.RateLimited, 2)]
    public async Task Error_IsRead(string sample, string code, int? retryAfter)
    {
        var sending = _client.SendAsync("chat:lobby", "message", JsonElement.Parse("1"));
        await _gateway.AnswerAsync(await _gateway.NextCallAsync(), Samples.Read(sample));
        var error = Assert.ThrowsAsync<RealtimeException>(() => sending.InTime())!.Error;
        Assert.That((error.Code, error.RetryAfter), Is.EqualTo((code, retryAfter)));
    }

    [Test]
    public async Task Subscription_IsTheLargestSample_AndReadsEveryCallback()
    {
        var request = CallSamples.Everything;
        var subscribing = HeardSubscription.BeginAsync(
            _client,
            [.. request.Channels.Select(channel => channel.Channel)],
            new SubscriptionOptions
            {
                Events = request.Events,
                Filter = request.Filter,
                Hidden = true,
                Echo = false,
                Since = request.Channels.Where(channel => channel.Since is not null).ToDictionary(channel => channel.Channel, channel => channel.Since!),
            });
        var call = await _gateway.NextCallAsync();
        AssertIs(call, "call-subscribe-object");
        await _gateway.SayAsync(Samples.Read("callback-event-replayed"));
        await _gateway.SayAsync(Samples.Read("callback-event")); // Of a channel that it has, but not one of its events.
        await _gateway.AnswerAsync(call, Samples.Read("answer-subscribe-object"));
        await _gateway.SayAsync(Samples.Read("callback-event-matched"));
        await _gateway.SayAsync(Samples.Read("callback-event-matched"));
        var heard = await subscribing.InTime();

        // What another subscription had of the lobby first is read from history.
        var history = await _gateway.NextCallAsync();
        await _gateway.AnswerAsync(history, Samples.Read("answer-get-history"));
        await _gateway.AnswerAsync(await _gateway.NextCallAsync(), Samples.Read("answer-get-history"));
        var events = await heard.Events.TakeAsync(4);

        await _gateway.SayAsync(Samples.Read("callback-subscription-position"));
        await _gateway.SayAsync(Samples.Read("callback-subscription-gap"));
        await heard.Notices.NextAsync(notice => notice is { Kind: SubscriptionNoticeKind.Gap, Reason: SubscriptionStates.Presence });
        var position = heard.Subscription.Position("chat:orders");
        await _gateway.SayAsync(Samples.Read("callback-subscription-gap-lost"));
        var gap = await heard.Notices.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(history["arguments"]![0]!["since"]!["offset"]!.GetValue<int>(), Is.EqualTo(5));
            Assert.That(events.Select(message => (message.Channel, message.Offset)), Is.EqualTo(new[]
            {
                ("chat:orders", (long?)42), ("chat:orders", 43), ("chat:lobby", 7), ("chat:lobby", 8),
            }));
            Assert.That(position, Is.EqualTo(new Position(CallSamples.OrdersEpoch, 57)));
            Assert.That(gap, Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.Gap, "chat:orders", RecoveryReasons.EpochChanged)));
            Assert.That(heard.Subscription.Position("chat:orders"), Is.EqualTo(new Position("9b6f0d2c415e7a38", 0)));
        });

        var ending = heard.Subscription.UnsubscribeAsync();
        var end = await _gateway.NextCallAsync();
        AssertIs(end, "call-unsubscribe-id");
        await _gateway.AnswerAsync(end, Samples.Read("answer-unsubscribe"));
        await ending.InTime();
    }

    [Test]
    public async Task Presence_AndUserEvents_AreReadAsTheirSamples()
    {
        var heard = new Inbox<EventMessage>();
        using var listening = _client.OnUserEvent(heard.Add);
        var loading = _client.PresenceAsync("chat:lobby");
        await _gateway.AnswerAsync(await _gateway.NextCallAsync(), Samples.Read("answer-get-members"));

        // It was asked for before there was a connection, and is read again with each.
        await _gateway.AnswerAsync(await _gateway.NextCallAsync(), Samples.Read("answer-get-members"));
        using var set = await loading.InTime();
        var changes = new Inbox<PresenceMessage?>();
        set.Changed += (_, change) => changes.Add(change);
        foreach (var sample in new[] { "join", "update", "leave" })
        {
            await _gateway.SayAsync(Samples.Read("callback-presence-" + sample));
            Assert.That((await changes.NextAsync(change => change is not null))!.Type, Is.EqualTo(sample));
        }

        await _gateway.SayAsync(Samples.Read("callback-event-from-server"));
        Assert.Multiple(async () =>
        {
            Assert.That(set.Members.Select(member => (member.Id, member.Connections)), Is.EqualTo(new[] { ("user:ann", 2) }));
            Assert.That((await heard.NextAsync()).Event, Is.EqualTo("user:message"));
        });
    }

    [Test]
    public async Task Tokens_AreRenewedAsTheSamplesOfAuthenticate()
    {
        _tokens.Enqueue(CallSamples.Token);
        _tokens.Enqueue(CallSamples.Token);
        _tokens.Enqueue(null);
        var due = _time.WhenTimerIsMadeAsync(TimeSpan.FromMinutes(59));
        await _client.ConnectAsync().InTime();
        await due.InTime();
        _time.Advance(TimeSpan.FromMinutes(59));
        var call = await _gateway.NextCallAsync();
        AssertIs(call, "call-authenticate");

        due = _time.WhenTimerIsMadeAsync(TimeSpan.FromSeconds(45));
        await _gateway.AnswerAsync(call, Samples.Read("answer-authenticate"));
        await due.InTime();
        _time.Advance(TimeSpan.FromSeconds(45));
        call = await _gateway.NextCallAsync();
        AssertIs(call, "call-authenticate-guest");
        Assert.That(_client.UserId, Is.EqualTo("ann"));
        await _gateway.AnswerAsync(call, Samples.Read("answer-authenticate-guest"));
        Assert.That(() => _client.UserId, Is.Null.After(5_000, 10));
    }

    [Test]
    public async Task Close_ThatAllowsIt_IsFollowedByAReconnect()
    {
        var states = new Inbox<StateChange>();
        _client.StateChanged += (_, change) => states.Add(change);
        await _client.ConnectAsync().InTime();
        await _gateway.SayAsync(Samples.Read("close"));
        var told = (ConnectionStateChange)await states.NextAsync(change => change is ConnectionStateChange { State: ClientState.Reconnecting });
        Assert.That(told.Error!.Error.Code, Is.EqualTo(ErrorCodes.TokenExpired));
    }

    private static JsonElement Argument(string sample, int index) => JsonElement.Parse(Samples.Read(sample)).GetProperty("arguments")[index];

    private static T Request<T>(string sample) => (T)CallSamples.Get(sample).Arguments[0]!;

    // The client writes the long forms, and ids of its own making where the sample has another or none.
    private static void AssertIs(JsonNode call, string name)
    {
        var sample = CallSamples.Get(name);
        var expected = JsonNode.Parse(sample.Written ?? JsonNode.Parse(Samples.Read(name))!["arguments"]!.ToJsonString())!;
        var written = call["arguments"]!.DeepClone();
        if (written is JsonArray and [JsonObject { } request] && request["id"] is not null && name is not "call-publish")
        {
            request["id"] = expected[0]!["id"]?.DeepClone();
            if (request["id"] is null)
            {
                request.Remove("id");
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(call["target"]!.GetValue<string>(), Is.EqualTo(sample.Method));
            Assert.That(JsonNode.DeepEquals(written, expected), Is.True, $"{written.ToJsonString()}\nis not\n{expected.ToJsonString()}");
        });
    }
}
