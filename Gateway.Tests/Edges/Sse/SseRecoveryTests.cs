using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Sse;

/// <summary>Who comes back with the id of the last event is given what he missed, by the same rule as on the hub (promise 4).</summary>
[TestFixture]
public sealed class SseRecoveryTests
{
    private const string Both = "?channel=chat:a&channel=chat:b";

    private readonly ManualTime _time = new();
    private TestGateway _gateway = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync([("Limits:RecoveryPublications", "50")], services => services.AddSingleton<TimeProvider>(_time));
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task AcrossManyCuts_NothingIsLost_AndNothingComesTwice_InSeveralChannels()
    {
        const string Logs = "?channel=log:a&channel=log:b";
        const int Each = 300;
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "log:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:History:Size", "1000"),
        ]);
        var (client, _) = await SseClient.SubscribeAsync(gateway, Logs);
        var publishing = Task.WhenAll(PublishAsync(gateway, "log:a", Each), PublishAsync(gateway, "log:b", Each));
        var heard = new List<EventMessage>();
        var random = new Random(7);
        while (heard.Count < 2 * Each)
        {
            for (var i = random.Next(1, 40); i > 0 && heard.Count < 2 * Each; i--)
            {
                heard.Add(await client.NextEventAsync());
            }

            client.Dispose();
            client = await SseClient.OpenAsync(gateway, Logs, lastId: client.LastId);
        }

        await publishing.InTime();
        client.Dispose();
        foreach (var channel in new[] { "log:a", "log:b" })
        {
            Assert.That(heard.Where(one => one.Channel == channel).Select(one => one.Data.GetInt32()), Is.EqualTo(Enumerable.Range(1, Each)), channel);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Missed_ComesFirst_AndIsMarked(bool byHeader)
    {
        var (first, _) = await SseClient.SubscribeAsync(_gateway, Both);
        await _server.PublishAsync("chat:a", "message", 1);
        await first.NextEventAsync();
        first.Dispose();
        await _server.PublishAsync("chat:a", "message", 2);
        await _server.PublishAsync("chat:b", "message", 3);

        // What is in the address is older than what the header says.
        var address = byHeader ? "&lastEventId=older" : "&lastEventId=" + first.LastId;
        var (back, missed) = await SseClient.SubscribeAsync(_gateway, Both + address, lastId: byHeader ? first.LastId : null);
        await _server.PublishAsync("chat:b", "message", 4);
        var live = await back.NextEventAsync();
        Assert.Multiple(() =>
        {
            Assert.That(missed.Select(one => (one.Data.GetInt32(), one.Replayed)), Is.EqualTo(new[] { (2, true), (3, true) }));
            Assert.That(back.Answer!.Channels.Select(one => one.Recovered), Is.EqualTo(new bool?[] { true, true }));
            Assert.That((live.Data.GetInt32(), live.Replayed), Is.EqualTo((4, false)));
        });
        back.Dispose();
    }

    [Test]
    public async Task WhatCannotBeRecovered_IsSaid_AndTheOthersAre()
    {
        var (first, _) = await SseClient.SubscribeAsync(_gateway, Both);
        first.Dispose();
        await _server.PublishAsync("chat:b", "message", 0);
        for (var i = 1; i <= 51; i++)
        {
            await _server.PublishAsync("chat:a", "message", i);
        }

        var (back, missed) = await SseClient.SubscribeAsync(_gateway, Both, lastId: first.LastId);
        Assert.Multiple(() =>
        {
            Assert.That(back.Answer!.Channels.Select(one => (one.Recovered, one.Reason)), Is.EqualTo(new (bool?, string?)[] { (false, "too_far"), (true, null) }));
            Assert.That(missed.Select(one => one.Channel), Is.EqualTo(new[] { "chat:b" }));
        });
        back.Dispose();

        // What was remembered before counts no longer.
        await _server.PublishAsync("chat:a", "message", 52);
        var (again, next) = await SseClient.SubscribeAsync(_gateway, Both, lastId: back.LastId);
        Assert.That(next.Select(one => one.Data.GetInt32()), Is.EqualTo(new[] { 52 }));
        again.Dispose();
    }

    [Test]
    public async Task AnotherLifeOfTheChannel_IsSaid()
    {
        var (first, _) = await SseClient.SubscribeAsync(_gateway, "?channel=chat:a");
        first.Dispose();
        await using var restarted = await TestGateway.StartAsync();
        var (back, _) = await SseClient.SubscribeAsync(restarted, "?channel=chat:a", lastId: first.LastId);
        Assert.That(back.Answer!.Channels.Select(one => (one.Recovered, one.Reason)), Is.EqualTo(new (bool?, string?)[] { (false, "epoch_changed") }));
        back.Dispose();
    }

    [Test]
    public async Task FilterAndPatterns_Choose_AndThePositionOfWhatIsPassedOverIsAnId()
    {
        const string Query = "?channel=chat:a&events=order.*.paid&filter=" + """[{"method":"greaterThan","attribute":"total","values":[10]}]""";
        var (client, _) = await SseClient.SubscribeAsync(_gateway, Query);
        await _server.PublishAsync("chat:a", "order.1.paid", new { total = 11 });
        await _server.PublishAsync("chat:a", "order.2.paid", new { total = 9 });
        await _server.PublishAsync("chat:a", "order.3.sent", new { total = 12 });
        var fits = await client.NextEventAsync();
        var before = client.LastId;
        _time.Advance(TimeSpan.FromSeconds(5));
        var position = await client.NextAsync<SubscriptionMessage>("subscription");
        Assert.Multiple(() =>
        {
            Assert.That(fits.Event, Is.EqualTo("order.1.paid"));
            Assert.That(fits.Matched, Is.EqualTo(new[] { client.Answer!.Key }));
            Assert.That((position.State, position.Offset), Is.EqualTo(("position", 3L)));
            Assert.That(client.LastId, Is.Not.EqualTo(before));
        });
        client.Dispose();

        var (back, missed) = await SseClient.SubscribeAsync(_gateway, Query, lastId: client.LastId);
        Assert.That((back.Answer!.Channels[0].Recovered, missed.Count), Is.EqualTo(((bool?)true, 0)));
        back.Dispose();
    }

    private static async Task PublishAsync(TestGateway gateway, string channel, int count)
    {
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        for (var i = 1; i <= count; i++)
        {
            await server.PublishAsync(channel, "message", i);
            await Task.Yield(); // Among those of the other channel.
        }
    }
}
