using System.Text.Json.Serialization;
using RealtimeGateway.Client;
using RealtimeGateway.Client.Sending;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>What the client publishes, with and without a connection.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed partial class SendingTests : ClientFixture
{
    [Test]
    [Behaviour("acknowledges")]
    public async Task Sends_AreAcknowledged()
    {
        var client = NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann", new { labels = new[] { "admin" } })) });
        var broadcasts = new Inbox<EventMessage>();
        using var listening = client.OnBroadcast(broadcasts.Add);
        var sent = await client.SendAsync(Lobby, "message", Json("1")).InTime();
        var published = await client.PublishAsync(new() { Channels = [Lobby, "live:room"], Event = "message", Data = Json("2"), Id = "two" }).InTime();
        var broadcast = await client.BroadcastAsync("notice", Json("3")).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That((sent.Channel, sent.Offset), Is.EqualTo((Lobby, 1)));
            Assert.That(published.Select(result => (result.Id, result.Channel, result.Offset)), Is.EqualTo(new[] { ("two", Lobby, (long?)2), ("two", "live:room", null) }));
            Assert.That((await broadcasts.NextAsync()).Id, Is.EqualTo(broadcast.Id));
        });
    }

    [Test]
    [Behaviour("refuses-with-a-code")]
    public async Task Refusals_HaveTheirCode_TheirSentence_AndTheTimeToWait()
    {
        await RestartAsync(("RateLimits:Publish:0:Permits", "2"), ("RateLimits:Publish:0:Window", "00:00:10"));
        var client = NewClient();
        var denied = Assert.ThrowsAsync<RealtimeException>(() => client.SendAsync("silent:room", "message", Json("1")).InTime());
        await client.SendAsync(Lobby, "message", Json("1")).InTime(); // What was denied counts too.
        var tooOften = Assert.ThrowsAsync<RealtimeException>(() => client.SendAsync(Lobby, "message", Json("2")).InTime());
        Assert.Multiple(() =>
        {
            Assert.That(denied!.Error, Is.EqualTo(new Error(ErrorCodes.PermissionDenied, "You may not publish in 'silent:room'.")));
            Assert.That(tooOften!.Error.Code, Is.EqualTo(ErrorCodes.RateLimited));
            Assert.That(tooOften.Error.RetryAfter, Is.InRange(1, 10));
        });
    }

    [Test]
    [Behaviour("buffers-while-away")]
    public async Task SentWhileAway_GoesOutInItsOrder()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.PauseAsync().InTime();
        var sends = Enumerable.Range(1, 50).Select(number => client.SendAsync(Lobby, "message", Json($"{number}"))).ToList();
        await client.ResumeAsync().InTime();
        sends.AddRange(Enumerable.Range(51, 50).Select(number => client.SendAsync(Lobby, "message", Json($"{number}"))));

        var answers = await Task.WhenAll(sends).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That((await heard.Events.TakeAsync(100)).Select(Number), Is.EqualTo(Enumerable.Range(1, 100)));
            Assert.That(answers.Select(answer => answer.Offset), Is.EqualTo(Enumerable.Range(1, 100)));
        });
    }

    [Test]
    [Behaviour("repeats-what-was-in-flight")]
    public async Task AnswersThatWereLost_AreAskedForAgain_AndItIsPublishedOnce()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(Lobby);
        var client = NewClient("ann");
        await client.ConnectAsync().InTime();
        await client.HistoryAsync(Lobby).InTime();
        Proxy.Stall(toTarget: false);
        var sends = Enumerable.Range(1, 5).Select(number => client.SendAsync(Lobby, "message", Json($"{number}"))).ToList();
        for (var number = 1; number <= 5; number++)
        {
            await other.NextEventAsync();
        }

        Proxy.Drop();
        var answers = await Task.WhenAll(sends).InTime();
        var history = await client.HistoryAsync(Lobby).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(answers.Select(answer => answer.Offset), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(history.Publications.Select(Number), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(history.Publications.Select(message => message.Id), Is.EqualTo(answers.Select(answer => answer.Id)));
        });
    }

    [Test]
    public async Task SendWhoseIdTheGatewayMayHaveForgotten_IsNotRepeated()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(Lobby);
        var time = new ManualTime();
        var client = NewClient(Quick with { TimeProvider = time, Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann")) });
        await client.ConnectAsync().InTime();
        Proxy.Stall(toTarget: false);
        var old = client.SendAsync(Lobby, "message", Json("1"));
        await other.NextEventAsync();
        time.Advance(TimeSpan.FromMinutes(4.6));
        var recent = client.SendAsync(Lobby, "message", Json("2"));
        await other.NextEventAsync();
        Proxy.Drop();
        await client.ReconnectAsync().InTime();
        var error = Assert.ThrowsAsync<RealtimeException>(() => old.InTime())!.Error;
        Assert.Multiple(async () =>
        {
            Assert.That(error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(error.Message, Does.Contain("its outcome is unknown"));
            Assert.That((await recent.InTime()).Offset, Is.EqualTo(2));
        });
    }

    [Test]
    public async Task SendsInFlight_CountWithTheBuffer_WhenTheConnectionIsLost()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(Lobby);
        var client = NewClient(Quick with { SendBuffer = 3, Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann")) });
        await client.ConnectAsync().InTime();
        Proxy.Stall(toTarget: false);
        var sends = Enumerable.Range(1, 5).Select(number => client.SendAsync(Lobby, "message", Json($"{number}"))).ToList();
        for (var number = 1; number <= 5; number++)
        {
            await other.NextEventAsync();
        }

        var pausing = client.PauseAsync();
        Proxy.Drop();
        await pausing.InTime();
        foreach (var send in sends[3..])
        {
            Assert.That(Assert.ThrowsAsync<RealtimeException>(() => send.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
        }

        var refused = client.SendAsync(Lobby, "message", Json("6"));
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => refused.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.LimitExceeded));
        await client.ResumeAsync().InTime();
        Assert.That((await Task.WhenAll(sends[..3]).InTime()).Select(answer => answer.Offset), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public async Task BroadcastInFlight_FailsWithTheConnection_BecauseItHasNoId()
    {
        var client = NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann", new { labels = new[] { "admin" } })) });
        await client.ConnectAsync().InTime();
        Proxy.Stall();
        var broadcasting = client.BroadcastAsync("notice", Json("1"));
        Proxy.Drop();
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => broadcasting.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
    }

    [Test]
    [Behaviour("bounds-its-buffer")]
    public async Task WhatDoesNotFit_IsRefusedAtOnce_AndTheRestStays()
    {
        var client = NewClient(Quick with { SendBuffer = 3 });
        await client.ConnectAsync().InTime();
        await client.PauseAsync().InTime();
        using var waiting = new CancellationTokenSource();
        var cancelled = client.SendAsync(Lobby, "message", Json("0"), waiting.Token);
        var sends = Enumerable.Range(1, 2).Select(number => client.SendAsync(Lobby, "message", Json($"{number}"))).ToList();
        var refused = client.SendAsync(Lobby, "message", Json("9"));
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => refused.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.LimitExceeded));

        // One that is given up makes room.
        await waiting.CancelAsync();
        Assert.That(() => cancelled.InTime(), Throws.InstanceOf<OperationCanceledException>());
        sends.Add(client.SendAsync(Lobby, "message", Json("3")));
        await client.ResumeAsync().InTime();
        await Task.WhenAll(sends).InTime();
        Assert.That((await client.HistoryAsync(Lobby).InTime()).Publications.Select(Number), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    [Behaviour("buffers-nothing-where-told")]
    public async Task WithoutABuffer_ASendWhileAwayIsRefusedAtOnce()
    {
        var client = NewClient(Quick with { SendBuffer = 0 });
        await client.ConnectAsync().InTime();
        await client.SendAsync(Lobby, "message", Json("1")).InTime();
        await client.PauseAsync().InTime();
        var refused = client.SendAsync(Lobby, "message", Json("2"));
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => refused.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
    }

    [Test]
    [Behaviour("spares-the-sender")]
    public async Task Echo_IsSwitchedOff_ForTheClient_ForASubscription_AndForOneSend()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(Lobby);
        var silent = NewClient(Quick with { Echo = false });
        var client = NewClient();
        var own = await HeardSubscription.BeginAsync(silent, Lobby).InTime();
        var spared = await HeardSubscription.BeginAsync(client, "live:room", new() { Echo = false }).InTime();
        var heard = await HeardSubscription.BeginAsync(client, "live:other").InTime();
        await silent.SendAsync(Lobby, "message", Json("1")).InTime();
        await client.SendAsync("live:room", "message", Json("1")).InTime();
        await client.PublishAsync(new() { Channel = "live:other", Event = "message", Data = Json("1"), Echo = false }).InTime();
        Assert.That(Number(await other.NextEventAsync()), Is.EqualTo(1));

        await PublishAsync(Lobby, 2, 2);
        await PublishAsync("live:room", 2, 2);
        await client.SendAsync("live:other", "message", Json("2")).InTime();
        foreach (var subscription in new[] { own, spared, heard })
        {
            Assert.That(Number(await subscription.Events.NextAsync()), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task OwnPublications_AreSpared_BesideASubscriptionThatHearsThem_AndAfterAReconnect()
    {
        var client = NewClient();
        var spared = await HeardSubscription.BeginAsync(client, Lobby, new() { Echo = false }).InTime();
        var echoing = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.SendAsync(Lobby, "message", Json("1")).InTime();
        await client.PublishAsync(new() { Channel = Lobby, Event = "message", Data = Json("2"), Echo = false }).InTime();
        await client.ReconnectAsync().InTime();
        await PublishAsync(Lobby, 3, 3);
        Assert.Multiple(async () =>
        {
            Assert.That(Number(await spared.Events.NextAsync()), Is.EqualTo(3));
            Assert.That((await echoing.Events.TakeAsync(2)).Select(Number), Is.EqualTo(new[] { 1, 3 }));
        });
    }

    [Test]
    public async Task OwnPublications_AreSpared_AfterAReconnect_WhereTheClientHasNoEcho()
    {
        var client = NewClient(Quick with { Echo = false });
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.SendAsync(Lobby, "message", Json("1")).InTime();
        await client.ReconnectAsync().InTime();
        await PublishAsync(Lobby, 2, 2);
        Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(2));
    }

    [Test]
    public async Task OwnPublications_AreTold_FromOthersOfTheSameId()
    {
        var client = NewClient("ann");
        var other = NewClient("ben");
        var heard = await HeardSubscription.BeginAsync(client, Lobby, new() { Echo = false }).InTime();
        foreach (var sender in new[] { client, other })
        {
            await sender.PublishAsync(new() { Channel = Lobby, Event = "message", Data = Json("1"), Id = "one" }).InTime();
        }

        Assert.That((await heard.Events.NextAsync()).Sender!.UserId, Is.EqualTo("ben"));
    }

    [Test]
    public void OwnPublications_AreBounded_AndTheOldestAreForgotten()
    {
        var own = new OwnPublications();
        for (var number = 0; number <= OwnPublications.Capacity; number++)
        {
            own.Add(new() { Channel = Lobby, Event = "message", Id = $"{number}" });
        }

        Assert.Multiple(() =>
        {
            Assert.That(own.Spares(Published("0"), echo: false), Is.False);
            Assert.That(own.Spares(Published("1"), echo: false), Is.True);
            Assert.That(own.Spares(Published("1"), echo: true), Is.False);
        });

        static EventMessage Published(string id) =>
            new() { Channel = Lobby, Event = "message", Data = Json("1"), Id = id, Time = default, Sender = new Sender(null, "c") };
    }

    [Test]
    public async Task WhatCannotBeWritten_FailsAtOnce_WithTheRealException_AndTheConnectionGoesOn()
    {
        var client = NewClient();
        await client.ConnectAsync().InTime();
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var unwritable = new FilterCondition { Method = "equal", Attribute = "a", Values = [default] };
        Assert.Multiple(() =>
        {
            Assert.That(() => client.BroadcastAsync("notice", default(System.Text.Json.JsonElement)).InTime(), Throws.InvalidOperationException);
            Assert.That(() => client.UpdateProfileAsync(default).InTime(), Throws.InvalidOperationException);
            Assert.That(() => heard.Subscription.UpdateAsync(new() { Filter = [unwritable] }).InTime(), Throws.InvalidOperationException);
            Assert.That(() => client.SubscribeAsync(Lobby, _ => { }, new() { Filter = [unwritable] }).InTime(), Throws.InvalidOperationException);
        });
        await client.SendAsync(Lobby, "message", Json("1")).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(1));
            Assert.That(states.Drain().OfType<ConnectionStateChange>(), Is.Empty);
        });
    }

    [Test]
    public async Task Data_IsWrittenAndRead_BySourceGeneration_OrByReflection()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.SendAsync(Lobby, "said", new Said("hello", 2), SaidContext.Default.Said).InTime();
        await client.SendAsync(Lobby, "said", new Said("hello", 3)).InTime();
        var first = await heard.Events.NextAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(first.Data.GetRawText(), Is.EqualTo("""{"text":"hello","times":2}"""));
            Assert.That(first.ReadData(SaidContext.Default.Said), Is.EqualTo(new Said("hello", 2)));
            Assert.That((await heard.Events.NextAsync()).ReadData<Said>(), Is.EqualTo(new Said("hello", 3)));
        });
    }

    internal sealed record Said(string Text, int Times);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Said))]
    internal sealed partial class SaidContext : JsonSerializerContext;
}
