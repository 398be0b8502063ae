using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Protocol;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>What the client makes of moments that a gateway seldom comes to.</summary>
[TestFixture]
public sealed class ScriptedClientTests
{
    private const string Lobby = "chat:lobby";

    private readonly ManualTime _time = new();
    private ScriptedGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await ScriptedGateway.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Profile_IsNotRestored_ForAnotherUser_AndIsAgain_ForItsOwn()
    {
        var tokens = new Queue<string>(["ann", "ben", "ann"]);
        await using var client = NewClient(() => TestTokens.For(tokens.Dequeue()));
        await UpdateProfileAsync(client);
        await client.ReconnectAsync().InTime();
        var reading = client.HistoryAsync(Lobby);
        var asBen = await _gateway.NextCallAsync();
        await _gateway.AnswerAsync(asBen, Samples.Read("answer-get-history"));
        await reading.InTime();
        await client.ReconnectAsync().InTime();
        Assert.Multiple(async () =>
        {
            Assert.That(Target(asBen), Is.EqualTo("GetHistory"));
            Assert.That(Target(await _gateway.NextCallAsync()), Is.EqualTo("UpdateProfile"));
        });
    }

    [Test]
    public async Task ProfileThatIsRefusedForATime_IsRestoredAfterThatTime()
    {
        await using var client = NewClient(() => TestTokens.For("ann"));
        await UpdateProfileAsync(client);
        await client.ReconnectAsync().InTime();
        var refused = await _gateway.NextCallAsync();
        var waiting = _time.WhenTimerIsMadeAsync(TimeSpan.FromSeconds(2));
        await _gateway.AnswerAsync(refused, Samples.Read("error-rate-limited"));
        await waiting.InTime();
        _time.Advance(TimeSpan.FromSeconds(2));
        var again = await _gateway.NextCallAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Target(again), Is.EqualTo("UpdateProfile"));
            Assert.That(JsonNode.DeepEquals(again["arguments"], refused["arguments"]), Is.True);
        });
    }

    [Test]
    public async Task Update_WhileHistoryIsRead_NeitherLosesWhatIsWantedAfterIt_NorHandsOverWhatIsNot()
    {
        await using var client = NewClient(() => null);
        var subscribing = HeardSubscription.BeginAsync(client, Lobby, new()
        {
            Events = ["before"],
            Since = new Dictionary<string, Position> { [Lobby] = new("e", 3) },
        });
        var call = await _gateway.NextCallAsync();
        await AnswerSubscribeAsync(call, "k1", 5, ""","recovered":null,"reason":"live" """);
        var heard = await subscribing.InTime();
        var before = await _gateway.NextCallAsync();
        var updating = heard.Subscription.UpdateAsync(new() { Events = ["after"] });
        var update = await _gateway.NextCallAsync();
        await AnswerHistoryAsync(before, 5, 4, 5);
        await SayEventAsync(6, "somebody else's");
        await SayEventAsync(7, "k2");
        await AnswerSubscribeAsync(update, "k2", 7);
        await updating.InTime();
        var after = await _gateway.NextCallAsync();
        await AnswerHistoryAsync(after, 7, 4, 7);
        await SayEventAsync(8, "k2");
        Assert.Multiple(async () =>
        {
            Assert.That((Target(before), Target(update), Target(after)), Is.EqualTo(("GetHistory", "Subscribe", "GetHistory")));
            Assert.That(after["arguments"]![0]!["since"]!["offset"]!.GetValue<int>(), Is.EqualTo(3));
            Assert.That(after["arguments"]![0]!["events"]![0]!.GetValue<string>(), Is.EqualTo("after"));
            Assert.That((await heard.Events.TakeAsync(3)).Select(message => message.Offset), Is.EqualTo(new[] { 4, 7, 8 }));
        });
    }

    [Test]
    public async Task TokenThatWasRevoked_IsReplacedByConnectingAnew_WhereThereIsAnother()
    {
        var tokens = new Queue<string>([TestTokens.For("ann", "one"), TestTokens.For("ann", "two"), TestTokens.For("ann", "two")]);
        await using var client = NewClient(tokens.Dequeue);
        var subscribing = HeardSubscription.BeginAsync(client, Lobby);
        await AnswerSubscribeAsync(await _gateway.NextCallAsync(), null, 5);
        var heard = await subscribing.InTime();
        await SayRevokedAsync();
        var again = await _gateway.NextCallAsync();
        await AnswerSubscribeAsync(again, null, 5, ""","recovered":true""");
        Assert.Multiple(async () =>
        {
            Assert.That(again["arguments"]![0]!["channels"]![0]!["since"]!["offset"]!.GetValue<int>(), Is.EqualTo(5));
            Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
        });
    }

    [Test]
    public async Task TokenThatWasRevoked_LosesItsChannels_WhereThereIsNoOther()
    {
        var token = TestTokens.For("ann");
        await using var client = NewClient(() => token);
        var subscribing = HeardSubscription.BeginAsync(client, Lobby);
        await AnswerSubscribeAsync(await _gateway.NextCallAsync(), null, 5);
        var heard = await subscribing.InTime();
        await SayRevokedAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await heard.Notices.NextAsync(), Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.Revoked, Lobby, ErrorCodes.Unauthenticated)));
            Assert.That(client.State, Is.EqualTo(ClientState.Connected));
        });
    }

    private static string Target(JsonNode call) => call["target"]!.GetValue<string>();

    private static string Publication(int offset, string key) =>
        $$"""{"channel":"{{Lobby}}","event":"e","data":{{offset}},"id":"p{{offset}}","epoch":"e","offset":{{offset}},"time":"2026-01-15T09:30:00.125Z","sender":null,"matched":["{{key}}"]}""";

    private RealtimeClient NewClient(Func<string?> token) => new(_gateway.Url, new()
    {
        PingInterval = TimeSpan.FromHours(1),
        ServerTimeout = TimeSpan.FromHours(1),
        TimeProvider = _time,
        Token = _ => ValueTask.FromResult(token()),
    });

    private async Task UpdateProfileAsync(RealtimeClient client)
    {
        var updating = client.UpdateProfileAsync(JsonElement.Parse("""{"name":"Ann"}"""));
        await _gateway.AnswerAsync(await _gateway.NextCallAsync(), Samples.Read("answer-update-profile"));
        await updating.InTime();
    }

    private Task SayEventAsync(int offset, string key) => _gateway.SayAsync($$"""{"type":1,"target":"event","arguments":[{{Publication(offset, key)}}]}""");

    private Task SayRevokedAsync() =>
        _gateway.SayAsync($$"""{"type":1,"target":"subscription","arguments":[{"channel":"{{Lobby}}","state":"revoked","reason":"unauthenticated"}]}""");

    private Task AnswerSubscribeAsync(JsonNode call, string? key, int offset, string recovery = "") => _gateway.AnswerAsync(
        call,
        $$$"""{"type":3,"result":{"id":"s","key":{{{JsonSerializer.Serialize(key)}}},"channels":[{"channel":"{{{Lobby}}}","epoch":"e","offset":{{{offset}}}{{{recovery}}}}]}}""");

    private Task AnswerHistoryAsync(JsonNode call, int top, params int[] offsets) => _gateway.AnswerAsync(
        call,
        $$$"""{"type":3,"result":{"epoch":"e","offset":{{{top}}},"publications":[{{{string.Join(',', offsets.Select(offset => Publication(offset, "k1")))}}}]}}""");
}
