using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>What a client is given that comes back with its last position (promises 3, 4 and 5).</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RecoveryTests
{
    private TestGateway _gateway = null!;
    private TestClient _publisher = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync([("Limits:RecoveryPublications", "50")]);
        _publisher = await _gateway.ConnectAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Missed_IsReplayed_BeforeAnythingLive_AndOnce()
    {
        var last = await SendAsync(1);
        await SendAsync(2, 3);
        var client = await _gateway.ConnectAsync();

        var answer = await SubscribeAsync(client, last);
        await SendAsync(4);

        var heard = await client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer, Is.EqualTo(new ChannelResult { Channel = "chat:a", Position = last with { Offset = 3 }, Recovered = true }));
            Assert.That(heard.Select(one => (one.Data.GetInt32(), one.Offset, one.Replayed)), Is.EqualTo(new (int, long?, bool)[] { (2, 2, true), (3, 3, true), (4, 4, false) }));
        });
    }

    [Test]
    public async Task NothingMissed_IsRecovered_AndLiveIsSaidWhereItIsHeardAlready()
    {
        var last = await SendAsync(1);
        var client = await _gateway.ConnectAsync();
        var first = await SubscribeAsync(client, last);
        var again = await SubscribeAsync(client, last with { Offset = 0 });
        Assert.Multiple(async () =>
        {
            Assert.That(first, Is.EqualTo(new ChannelResult { Channel = "chat:a", Position = last, Recovered = true }));
            Assert.That(again, Is.EqualTo(new ChannelResult { Channel = "chat:a", Position = last, Recovered = null, Reason = "live" }));
            Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
        });
    }

    [TestCase(51, "too_far")]
    [TestCase(101, "trimmed")]
    public async Task MoreThanCanBeGiven_IsSaid_AndNothingOfItComes(int missed, string reason)
    {
        var last = await SendAsync(0);
        await SendAsync([.. Enumerable.Range(1, missed)]);
        var client = await _gateway.ConnectAsync();

        var answer = await SubscribeAsync(client, last);
        await SendAsync(-1);

        Assert.Multiple(async () =>
        {
            Assert.That(answer, Is.EqualTo(new ChannelResult { Channel = "chat:a", Position = last with { Offset = missed + 1 }, Recovered = false, Reason = reason }));
            Assert.That((await client.EventsUntilNowAsync()).Select(one => one.Data.GetInt32()), Is.EqualTo(new[] { -1 }));
        });
    }

    [Test]
    public async Task PositionThatIsNone_IsSaid()
    {
        var last = await SendAsync(1);
        var client = await _gateway.ConnectAsync();
        var other = await SubscribeAsync(client, last with { Epoch = "another" });
        await client.UnsubscribeAsync("chat:a");
        var ahead = await SubscribeAsync(client, last with { Offset = 2 });
        var without = await SubscribeAsync(client, last, "live:a");
        Assert.Multiple(() =>
        {
            Assert.That((other.Recovered, other.Reason), Is.EqualTo(((bool?)false, "epoch_changed")));
            Assert.That((ahead.Recovered, ahead.Reason), Is.EqualTo(((bool?)false, "position_ahead")));
            Assert.That(without, Is.EqualTo(new ChannelResult { Channel = "live:a", Recovered = false, Reason = "unavailable" }));
        });
    }

    [Test]
    public async Task SeveralChannels_AreEachRecovered_FromTheirOwnPosition()
    {
        var a = await SendToAsync("chat:a", 1, 2);
        var b = await SendToAsync("chat:b", 1, 2, 3);
        var client = await _gateway.ConnectAsync();
        var answer = await client.SubscribeAsync(new
        {
            channels = new object[]
            {
                new { channel = "chat:a", since = a with { Offset = 1 } },
                new { channel = "chat:b", since = b with { Offset = 1 } },
                "chat:c",
            },
        });
        var heard = await client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Channels.Select(one => (one.Channel, one.Recovered)), Is.EqualTo(new (string, bool?)[] { ("chat:a", true), ("chat:b", true), ("chat:c", null) }));
            Assert.That(heard.Where(one => one.Channel == "chat:a").Select(one => one.Offset), Is.EqualTo(new[] { 2 }));
            Assert.That(heard.Where(one => one.Channel == "chat:b").Select(one => one.Offset), Is.EqualTo(new[] { 2, 3 }));
        });
    }

    [Test]
    public async Task FilterAndPatterns_ApplyToWhatIsReplayed()
    {
        var last = await SendAsync(0);
        await SendAsync(1, 2, 3, 4);
        await _publisher.SendAsync("chat:a", "other", 9);
        var client = await _gateway.ConnectAsync();

        var answer = await client.SubscribeAsync(new
        {
            channels = new[] { new { channel = "chat:a", since = last } },
            events = new[] { "number.*" },
        });
        var none = await client.EventsUntilNowAsync();
        await _publisher.SendAsync("chat:a", "number.even", 10);
        await client.UnsubscribeAsync("chat:a");
        var again = await client.SubscribeAsync(new
        {
            channels = new[] { new { channel = "chat:a", since = last } },
            events = new[] { "number.*" },
        });

        var heard = await client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Channels[0].Position!.Offset, Is.EqualTo(6), "what was passed over is behind him too");
            Assert.That(none, Is.Empty);
            Assert.That(again.Channels[0].Recovered, Is.True);
            Assert.That(heard.Select(one => (one.Data.GetInt32(), one.Replayed)), Is.EqualTo(new[] { (10, false), (10, true) }));
            Assert.That(heard.Select(one => one.Matched), Has.All.EqualTo(new[] { answer.Key }));
        });
    }

    [Test]
    public async Task LittleThatPassesItsFilter_IsToldAsAPosition_AndRecoversFromThere_ThoughHistoryWasTrimmed()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync(new { channels = new[] { "chat:a" }, events = new[] { "rare" } });
        var last = await SendAsync([.. Enumerable.Range(1, 150)]);

        var told = await client.NextNoticeAsync();
        await client.DisposeAsync();
        await _publisher.SendAsync("chat:a", "rare", "found");
        var back = await _gateway.ConnectAsync();
        var answer = await back.SubscribeAsync(new
        {
            channels = new[] { new { channel = "chat:a", since = new Position(told.Epoch!, told.Offset!.Value) } },
            events = new[] { "rare" },
        });

        Assert.Multiple(async () =>
        {
            Assert.That(told, Is.EqualTo(new SubscriptionMessage("chat:a", "position", Epoch: last.Epoch, Offset: 150)));
            Assert.That(answer.Channels[0].Recovered, Is.True);
            Assert.That((await back.NextEventAsync()).Data.GetString(), Is.EqualTo("found"));
        });
    }

    [Test]
    public async Task LongReplay_IsNoSlowness()
    {
        // 20 MB, twenty times what may wait for one client, to one who reads and does nothing special.
        const int Publications = 350;
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "long:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:History:Size", "1000"),
        ]);
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        var first = await server.PublishAsync("long:a", "message", 0);
        for (var i = 1; i <= Publications; i++)
        {
            await server.PublishAsync("long:a", "message", new string('x', 60_000));
        }

        var client = await gateway.ConnectAsync();
        var answer = await SubscribeAsync(client, new Position(first.Epoch!, first.Offset!.Value), "long:a");
        var heard = await client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Recovered, Is.True);
            Assert.That(heard.Select(one => one.Offset), Is.EqualTo(Enumerable.Range(2, Publications)));
            Assert.That(heard.Sum(one => (long)one.Data.GetRawText().Length), Is.GreaterThan(20_000_000));
        });
    }

    private static async Task<ChannelResult> SubscribeAsync(TestClient client, Position since, string channel = "chat:a") =>
        (await client.SubscribeAsync(new { channels = new[] { new { channel, since } } })).Channels.Single();

    private Task<Position> SendAsync(params int[] numbers) => SendToAsync("chat:a", numbers);

    private async Task<Position> SendToAsync(string channel, params int[] numbers)
    {
        Acknowledgement? last = null;
        foreach (var number in numbers)
        {
            last = await _publisher.SendAsync(channel, "message", number);
        }

        return new Position(last!.Epoch!, last.Offset!.Value);
    }
}
