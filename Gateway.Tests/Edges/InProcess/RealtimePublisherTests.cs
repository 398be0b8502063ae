using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.InProcess;

[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RealtimePublisherTests
{
    private TestGateway _gateway = null!;
    private IRealtimePublisher _publisher = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _publisher = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Publication_HasAPosition_AndNoSender_AndNeedsNoPermission()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync(new[] { "chat:lobby", "silent:news" });
        var kept = await _publisher.PublishAsync("chat:lobby", "message", new { Text = "hi", Inner = new { Count = 1 } });
        var unkept = await _publisher.PublishAsync("silent:news", "message", "news");
        var first = await client.NextEventAsync();
        var second = await client.NextEventAsync();
        Assert.Multiple(() =>
        {
            Assert.That(kept, Is.EqualTo(new PublishResult(kept.Id, "chat:lobby", kept.Epoch, 1)));
            Assert.That(unkept, Is.EqualTo(new PublishResult(unkept.Id, "silent:news")));
            Assert.That(first.Data.GetRawText(), Is.EqualTo("""{"text":"hi","inner":{"count":1}}"""));
            Assert.That(first.Sender, Is.Null);
            Assert.That(second.Data.GetString(), Is.EqualTo("news"));
        });
    }

    [Test]
    public async Task UserEvent_ReachesAllSessionsOfThatUser_AndNobodyElse()
    {
        var (laptop, phone, bob) = (await ConnectAsync("ann"), await ConnectAsync("ann"), await ConnectAsync("bob"));
        await _publisher.PublishAsync("$user:ann", "user:update", new { name = "Ann" });
        Assert.Multiple(async () =>
        {
            Assert.That((await laptop.NextEventAsync()).Event, Is.EqualTo("user:update"));
            Assert.That((await phone.NextEventAsync()).Channel, Is.EqualTo("$user:ann"));
            Assert.That(await bob.EventsUntilNowAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task Broadcast_ReachesEverybody()
    {
        var (ann, guest) = (await ConnectAsync("ann"), await _gateway.ConnectAsync());
        var result = await _publisher.BroadcastAsync("notice", 1);
        Assert.Multiple(async () =>
        {
            Assert.That((await ann.NextEventAsync()).Id, Is.EqualTo(result.Id));
            Assert.That((await guest.NextEventAsync()).Channel, Is.EqualTo("$all"));
        });
    }

    [Test]
    public async Task Poison_IsThePublishersException_AndNobodyHearsOfIt()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:lobby");
        var cycle = new List<object>();
        cycle.Add(cycle);
        Assert.Multiple(() =>
        {
            Assert.CatchAsync<JsonException>(() => _publisher.PublishAsync("chat:lobby", "message", cycle).AsTask());
            Assert.CatchAsync<NotSupportedException>(() => _publisher.PublishAsync("chat:lobby", "message", typeof(string)).AsTask());
        });
        var next = await _publisher.PublishAsync("chat:lobby", "message", "fine");
        Assert.Multiple(async () =>
        {
            Assert.That(next.Offset, Is.EqualTo(1));
            Assert.That((await client.NextEventAsync()).Data.GetString(), Is.EqualTo("fine"));
        });
    }

    [Test]
    public async Task Comments_InAHostsDocument_AreNotPublished()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:lobby");
        using var document = JsonDocument.Parse("{\"a\":1, // why\n\"b\":[2,]}", new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        await _publisher.PublishAsync(new PublishRequest { Channel = "chat:lobby", Event = "message", Data = document.RootElement });
        Assert.That((await client.NextEventAsync()).Data.GetRawText(), Is.EqualTo("""{"a":1,"b":[2]}"""));
    }

    [Test]
    public async Task ClientSwitches_CloseWhatClientsMayDo_AndNotWhatServersMay()
    {
        await using var gateway = await TestGateway.StartAsync([("Clients:Publish", "false")]);
        var client = await gateway.ConnectAsync();
        await client.SubscribeAsync("chat:lobby");
        var error = await client.ErrorOfAsync("Send", "chat:lobby", "message", 1);
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("chat:lobby", "message", 2);
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("disabled: Clients may not publish on this gateway; publish from a server."));
            Assert.That((await client.NextEventAsync()).Sender, Is.Null);
        });
    }

    [TestCase("two words", ErrorCodes.InvalidChannel)]
    [TestCase("$other", ErrorCodes.InvalidChannel)]
    [TestCase("chat:*", ErrorCodes.InvalidChannel)]
    public void Refusal_IsAnException_ThatSaysWhy(string channel, string code)
    {
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => _publisher.PublishAsync(channel, "message", 1).AsTask());
        Assert.That(thrown.Error.Code, Is.EqualTo(code));
    }

    [Test]
    public void Request_WithoutAChannel_IsRefused()
    {
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => _publisher.PublishAsync(new PublishRequest { Event = "message" }).AsTask());
        Assert.That(thrown.Error.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
    }

    [Test]
    public async Task SeveralChannels_GetACopyEach_UnderOneId()
    {
        var results = await _publisher.PublishAsync(new PublishRequest { Channels = ["chat:a", "live:b", "chat:a"], Event = "message", Id = "k1" });
        Assert.That(results, Is.EqualTo(new[] { new PublishResult("k1", "chat:a", results[0].Epoch, 1), new PublishResult("k1", "live:b") }));
    }

    private Task<TestClient> ConnectAsync(string userId) => _gateway.ConnectAsync(TestTokens.For(userId));
}
