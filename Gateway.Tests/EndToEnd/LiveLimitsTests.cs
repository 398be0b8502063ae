using System.IO.Pipelines;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>How much and how often, when the bounds change while the gateway runs: on connections that are open already.</summary>
[TestFixture]
public sealed class LiveLimitsTests
{
    private ManualTime _time = null!;
    private ChangingSettings _settings = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _settings = new ChangingSettings();
        _gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time), sources: _settings);
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task ChannelsOfASession_GoByTheLimitOfNow_AndThoseItHasStay()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync(new[] { "live:a", "live:b" });
        _settings.Change(("Limits:ChannelsPerSession", "1"));
        Assert.That(await client.ErrorOfAsync("Subscribe", "live:c"), Is.EqualTo("limit_exceeded: A session is subscribed to 1 channels at most; leave one first."));
        await client.SendAsync("live:a", "message", 1);
        await client.SendAsync("live:b", "message", 2);
        Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        _settings.Change(("Limits:ChannelsPerSession", "3"));
        Assert.That((await client.SubscribeAsync("live:c")).Channels, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task SubscriptionsOfASession_GoByTheLimitOfNow()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync(new { id = "one", channels = new[] { "live:a" } });
        _settings.Change(("Limits:SubscriptionsPerSession", "1"));
        Assert.That(await client.ErrorOfAsync("Subscribe", new { id = "two", channels = new[] { "live:a" } }), Does.StartWith("limit_exceeded: A session has 1 subscriptions"));
        _settings.Change(("Limits:SubscriptionsPerSession", "2"));
        Assert.That((await client.SubscribeAsync(new { id = "two", channels = new[] { "live:a" } })).Id, Is.EqualTo("two"));
    }

    [Test]
    public async Task ChannelsOfTheNode_GoByTheLimitOfNow()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("live:a");
        _settings.Change(("Limits:Channels", "1"));
        Assert.That(await client.ErrorOfAsync("Subscribe", "live:b"), Does.StartWith("limit_exceeded: This gateway has its 1 channels"));
        _settings.Change(("Limits:Channels", "2"));
        Assert.That((await client.SubscribeAsync("live:b")).Channels, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task SessionsOfAUser_GoByTheLimitOfNow_AndThoseHeHasStay()
    {
        var first = await _gateway.ConnectAsync(TestTokens.For("ann"));
        var second = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _settings.Change(("Limits:SessionsPerUser", "1"));
        var third = await _gateway.ConnectAsync(TestTokens.For("ann"));
        Assert.That((await third.Closed)?.Message, Does.Contain("limit_exceeded: A user has 1 sessions at most; end one first."));
        _settings.Change(("Limits:SessionsPerUser", "3"));
        Assert.Multiple(async () =>
        {
            foreach (var client in new[] { first, second, await _gateway.ConnectAsync(TestTokens.For("ann")) })
            {
                Assert.That((await client.SubscribeAsync("live:a")).Channels, Has.Count.EqualTo(1));
            }
        });
    }

    [Test]
    public async Task SessionsOfAnAddress_GoByTheLimitOfNow()
    {
        await _gateway.ConnectAsync();
        _settings.Change(("Limits:SessionsPerAddress", "1"));
        Assert.That((await (await _gateway.ConnectAsync()).Closed)?.Message, Does.Contain("limit_exceeded: One address has 1 sessions at most"));
    }

    [Test]
    public async Task Message_MayBeAsLargeAsTheLimitOfNow_OnAnOpenConnection()
    {
        var client = await _gateway.ConnectRawAsync();
        Assert.That(await SendAsync(client, 100_000), Is.EqualTo("payload_too_large"));
        _settings.Change(("Limits:MessageBytes", "200000"));
        Assert.That(await SendAsync(client, 100_000), Is.Null);
        Assert.That(await SendAsync(client, 210_000), Is.EqualTo("payload_too_large"));
        _settings.Change(("Limits:MessageBytes", "2000"));
        Assert.That(await SendAsync(client, 3_000), Is.EqualTo("payload_too_large"));
        Assert.That(await SendAsync(client, 1_000), Is.Null, "and the connection goes on");
    }

    [Test]
    public async Task CopiesOfOnePublish_GoByTheLimitsOfNow()
    {
        var client = await _gateway.ConnectAsync();
        var publication = new { channels = new[] { "live:a", "live:b", "live:c", "live:d", "live:e" }, @event = "message", data = new string('x', 60_000) };
        Assert.That(await client.ErrorOfAsync("Publish", publication), Does.StartWith("payload_too_large: "));
        _settings.Change(("Limits:OutboundBytes", "2097152"));
        Assert.That(await client.Hub.InvokeAsync<PublishResult[]>("Publish", publication).InTime(), Has.Length.EqualTo(5));
        _settings.Change(("Limits:ChannelsPerPublish", "4"));
        Assert.That(await client.ErrorOfAsync("Publish", publication), Is.EqualTo("limit_exceeded: A publish names 1 to 4 channels."));
    }

    [Test]
    public async Task WhatMayWaitForAClient_GoesByTheLimitsOfNow()
    {
        var limits = _gateway.Services.GetRequiredService<Live<OutboundLimits>>();
        var transport = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var owner = new QueueOwner();
        var queue = new OutboundQueue(transport.Writer, new OutboundServices(limits, PipeScheduler.Inline, _time), owner);
        queue.Add(new byte[900 * 1024]);
        _settings.Change(("Limits:OutboundBytes", "4194304"), ("Limits:WriteTimeout", "00:00:10"));
        queue.Add(new byte[800 * 1024]);
        var room = queue.WaitForRoomAsync();
        _time.Advance(TimeSpan.FromSeconds(9));
        queue.CheckProgress();
        Assert.Multiple(() =>
        {
            Assert.That(owner.Slow, Is.Zero, "neither too much nor too long");
            Assert.That(room.IsCompletedSuccessfully, Is.True, "not half of what may wait");
        });
        await room;
        _settings.Change(("Limits:WriteTimeout", "00:00:05"));
        queue.CheckProgress();
        Assert.That(owner.Slow, Is.EqualTo(1));
    }

    [Test]
    public async Task Profile_MayBeAsLargeAsTheLimitOfNow()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        var profile = new { text = new string('x', 5_000) };
        Assert.That(await client.ErrorOfAsync("UpdateProfile", profile), Does.StartWith("payload_too_large: "));
        _settings.Change(("Limits:ProfileBytes", "8192"));
        await client.SubscribeAsync("live:a");
        await client.UpdateProfileAsync(profile);
        Assert.That((await client.GetMembersAsync("live:a")).Members.Single().Profile?.GetProperty("text").GetString(), Is.EqualTo(profile.text));
    }

    [Test]
    public void Handshake_MayTakeAsLongAsTheLimitOfNow()
    {
        var connections = _gateway.Services.GetRequiredService<UnfinishedConnections>();
        var address = ClientAddress.Of(IPAddress.Parse("192.0.2.1"));
        using var before = new CountdownEvent(1);
        using var after = new CountdownEvent(1);
        using var first = connections.Begin(address, () => before.Signal());
        _settings.Change(("Limits:HandshakeTimeout", "00:00:20"));
        using var second = connections.Begin(address, () => after.Signal());
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.Multiple(() =>
        {
            Assert.That(before.Wait(Bounds.Timeout), Is.True, "what has begun has the time of then");
            Assert.That(after.IsSet, Is.False);
        });
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(after.Wait(Bounds.Timeout), Is.True);
    }

    [Test]
    public void UnfinishedConnections_GoByTheLimitOfNow()
    {
        var connections = _gateway.Services.GetRequiredService<UnfinishedConnections>();
        var address = ClientAddress.Of(IPAddress.Parse("192.0.2.1"));
        using var ended = new CountdownEvent(1);
        using var first = connections.Begin(address, () => ended.Signal());
        var negotiations = _gateway.Services.GetRequiredService<Negotiations>();
        Assert.That(negotiations.Begin("user:ann"), Is.Null);
        _settings.Change(("Limits:UnfinishedPerAddress", "1"), ("Limits:Negotiated", "1"));
        using var second = connections.Begin(address, () => { });
        Assert.Multiple(() =>
        {
            Assert.That(ended.Wait(Bounds.Timeout), Is.True, "the oldest makes room");
            Assert.That(negotiations.Begin("user:ann")?.Code, Is.EqualTo(ErrorCodes.LimitExceeded));
        });
    }

    [Test]
    public async Task RateLimit_CountsOnOpenSessions_FromTheMomentItIsThere()
    {
        var client = await _gateway.ConnectAsync();
        await AssertPublishesAsync(client, 5);
        _settings.Change(Rate("Publish", permits: 3));
        await AssertPublishesAsync(client, 3);
        Assert.That(await client.ErrorOfAsync("Send", "live:a", "message", 1), Does.StartWith("rate_limited;").And.EndWith(": Publish is allowed 3 times in 01:00:00."));

        _settings.Change(("Limits:ChannelsPerSession", "50"), ("RateLimits:Request:0:Permits", "1000"));
        Assert.That(await client.ErrorOfAsync("Send", "live:a", "message", 1), Does.StartWith("rate_limited;"), "what else changes gives nothing back");

        _settings.Change(("RateLimits:Publish:0:Permits", "4"));
        await AssertPublishesAsync(client, 4);
        Assert.That(await client.ErrorOfAsync("Send", "live:a", "message", 1), Does.StartWith("rate_limited;").And.EndWith(": Publish is allowed 4 times in 01:00:00."));

        _settings.Change(("RateLimits:Publish:0:Permits", null), ("RateLimits:Publish:0:Window", null));
        await AssertPublishesAsync(client, 10);
        _settings.Change(Rate("Publish", permits: 4));
        Assert.That(await client.ErrorOfAsync("Send", "live:a", "message", 1), Does.StartWith("rate_limited;"), "nor does taking it away and setting it again");
    }

    [Test]
    public async Task RateLimit_OfEachOperation_IsInForceAtOnce()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _settings.Change([.. Rate("Subscribe", 1), .. Rate("Request", 1), .. Rate("Connect", 1)]);
        await client.SubscribeAsync("live:a");
        await client.UnsubscribeAsync("live:a");
        using var refused = await _gateway.GetAsync("/api/channels/live:a/members", TestTokens.For("ann"));
        var other = await _gateway.ConnectAsync(TestTokens.For("bob"));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", "live:b"), Does.StartWith("rate_limited;").And.Contain(": Subscribe is"));
            Assert.That(await client.ErrorOfAsync("Unsubscribe", "live:a"), Does.StartWith("rate_limited;").And.Contain(": Request is"));
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await other.SubscribeAsync("live:a")).Channels, Has.Count.EqualTo(1), "others have their own");
            Assert.That(() => _gateway.ConnectAsync(TestTokens.For("bob")), Throws.Exception.With.Message.Contains("429"));
        });
    }

    [Test]
    public async Task Proxy_ThatIsTrustedNow_IsBelieved()
    {
        _settings.Change(Rate("Connect", 1));
        await using var first = await RawClient.OpenAsync(_gateway.HubUrl);
        Assert.That(await AskAsync("192.0.2.1"), Is.EqualTo(HttpStatusCode.TooManyRequests), "it is the connection's address that counts");
        _settings.Change(("TrustedProxies:0", "127.0.0.1"));
        Assert.That(await AskAsync("192.0.2.1"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await AskAsync("192.0.2.1"), Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await AskAsync("192.0.2.2"), Is.EqualTo(HttpStatusCode.OK));
        _settings.Change(("TrustedProxies:0", null));
        Assert.That(await AskAsync("192.0.2.3"), Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    private static (string Key, string? Value)[] Rate(string operation, int permits) =>
        [($"RateLimits:{operation}:0:Permits", $"{permits}"), ($"RateLimits:{operation}:0:Window", "01:00:00")];

    private static async Task AssertPublishesAsync(TestClient client, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.That((await client.SendAsync("live:a", "message", i)).Id, Is.Not.Empty);
        }
    }

    // The code with which a message of about so many bytes is refused; null where it is not.
    private static async Task<string?> SendAsync(RawClient client, int bytes)
    {
        JsonNode answer = await client.InvokeAsync("Send", $"""["live:a","message","{new string('x', bytes)}"]""");
        return answer["error"]?.GetValue<string>().Split(':')[0];
    }

    private async Task<HttpStatusCode> AskAsync(string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1");
        request.Headers.Add("X-Forwarded-For", from);
        using var response = await _gateway.Http.SendAsync(request);
        return response.StatusCode;
    }
}
