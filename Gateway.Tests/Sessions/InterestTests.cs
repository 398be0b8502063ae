using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>Which publications of a channel a session gets, by the event patterns and filters of its subscriptions.</summary>
[TestFixture]
public sealed class InterestTests
{
    private static readonly object[] Cheap = [new { method = "lessThan", attribute = "price", values = new[] { 10 } }];
    private static readonly object[] Red = [new { method = "equal", attribute = "paint.color", values = new[] { "red" } }];

    private TestGateway _gateway = null!;
    private TestClient _client = null!;
    private TestClient _publisher = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync([("Limits:FiltersPerChannel", "3")]);
        _client = await _gateway.ConnectAsync();
        _publisher = await _gateway.ConnectAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Events_AreThoseThatFitAPattern()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, events = new[] { "order.*.paid", "notice" } });
        foreach (var name in new[] { "order.1.paid", "order.1.sent", "order.paid", "notice", "notice.more", "order.1.2.paid" })
        {
            await _publisher.SendAsync("chat:a", name, null);
        }

        Assert.That((await _client.EventsUntilNowAsync()).Select(heard => heard.Event), Is.EqualTo(new[] { "order.1.paid", "notice" }));
    }

    [Test]
    public async Task Filter_LooksIntoTheData()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, filter = Cheap.Concat(Red) });
        await SendAsync(5, "red");
        await SendAsync(15, "red");
        await SendAsync(5, "blue");
        await _publisher.SendAsync("chat:a", "item", "no object");
        Assert.That(await HeardAsync(), Is.EqualTo(new[] { "5 red" }));
    }

    [Test]
    public async Task Subscriptions_OnOneChannel_ComeToOneEach_WithTheKeysThatMatched()
    {
        var cheap = await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "cheap", filter = Cheap });
        var red = await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "red", filter = Red });
        await SendAsync(5, "red");
        await SendAsync(5, "blue");
        await SendAsync(15, "red");
        await SendAsync(15, "blue");
        var heard = await _client.EventsUntilNowAsync();

        var plain = await _client.SubscribeAsync("chat:a");
        await SendAsync(15, "blue");
        await SendAsync(5, "blue");
        var withPlain = await _client.EventsUntilNowAsync();

        Assert.Multiple(() =>
        {
            Assert.That(plain.Key, Is.Null);
            Assert.That(cheap.Key, Is.Not.Null.And.Not.EqualTo(red.Key));
            Assert.That(heard.Select(one => one.Offset), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(heard[0].Matched, Is.EquivalentTo([cheap.Key, red.Key]));
            Assert.That(heard[1].Matched, Is.EqualTo(new[] { cheap.Key }));
            Assert.That(heard[2].Matched, Is.EqualTo(new[] { red.Key }));
            Assert.That(withPlain.Select(one => one.Matched), Is.EqualTo(new[] { null, new[] { cheap.Key } }));
        });
    }

    [Test]
    public async Task EqualInterests_HaveTheSameKey_HoweverTheyAreWritten()
    {
        var one = await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "1", events = new[] { "b", "a" }, filter = Cheap.Concat(Red) });
        var other = await _publisher.SubscribeAsync(new { channels = new[] { "chat:b" }, events = new[] { "a", "b", "a" }, filter = Red.Concat(Cheap) });
        var without = await _publisher.SubscribeAsync(new { channels = new[] { "chat:b" }, filter = Array.Empty<object>() });
        Assert.Multiple(() =>
        {
            Assert.That(other.Key, Is.EqualTo(one.Key));
            Assert.That(without.Key, Is.Null);
        });
    }

    [Test]
    public async Task SameId_ReplacesTheWhole()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a", "chat:b" }, id = "mine", filter = Cheap });
        var answer = await _client.SubscribeAsync(new { channels = new[] { "chat:b", "chat:c" }, id = "mine", filter = Red });
        await SendAsync(5, "red", "chat:a");
        await SendAsync(5, "blue", "chat:b");
        await SendAsync(15, "red", "chat:b");
        await SendAsync(15, "red", "chat:c");
        var heard = await _client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(heard.Select(one => (one.Channel, one.Offset)), Is.EqualTo(new (string, long?)[] { ("chat:b", 2), ("chat:c", 1) }));
            Assert.That(answer.Channels.Select(one => (one.Channel, one.Position!.Offset)), Is.EqualTo(new[] { ("chat:b", 0L), ("chat:c", 0L) }));
        });
    }

    [Test]
    public async Task Replacement_WhileMuchIsPublished_LosesAndDoublesNothingOfWhatBothWant()
    {
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            var published = 0;
            for (; !stop.IsCancellationRequested; published++)
            {
                await SendAsync(published % 20, published % 2 == 0 ? "red" : "blue");
            }

            return published;
        });

        // Each of them wants what is cheap and red, and something else besides.
        object[][] filters = [Cheap, Red, [new { method = "or", values = Cheap.Concat(Red) }]];
        for (var i = 0; i < 200; i++)
        {
            await _client.SubscribeAsync(new { channels = new[] { "chat:a", $"chat:{i % 3}" }, id = "mine", filter = filters[i % 3] });
        }

        var first = (await _client.EventsUntilNowAsync()).Select(one => one.Offset!.Value).ToList();
        await stop.CancelAsync();
        var all = await publishing;
        first.AddRange((await _client.EventsUntilNowAsync()).Select(one => one.Offset!.Value));

        var wantedByAll = Enumerable.Range(1, all).Where(offset => (offset - 1) % 20 < 10 && (offset - 1) % 2 == 0).SkipWhile(offset => offset < first[0]);
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.Ordered.Ascending.And.Unique);
            Assert.That(wantedByAll.Except(first.Select(offset => (int)offset)), Is.Empty);
            Assert.That(first, Has.Count.GreaterThan(50));
        });
    }

    [Test]
    public async Task RefusedReplacement_LeavesWhatWas()
    {
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "mine", filter = Cheap });
        var denied = await _client.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:b", "team:blue:room" }, id = "mine" });
        var malformed = await _client.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:b" }, id = "mine", filter = new[] { new { method = "sounds" } } });
        await SendAsync(5, "red", "chat:a");
        await SendAsync(15, "red", "chat:a");
        await SendAsync(5, "red", "chat:b");
        Assert.Multiple(async () =>
        {
            Assert.That(denied, Does.StartWith("permission_denied: "));
            Assert.That(malformed, Does.StartWith("invalid_request: "));
            Assert.That((await _client.EventsUntilNowAsync()).Select(one => (one.Channel, one.Offset)), Is.EqualTo(new (string, long?)[] { ("chat:a", 1) }));
        });
    }

    [Test]
    public async Task OwnPublications_ComeByTheSubscriptionsThatWantThem()
    {
        var cheap = await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "cheap", filter = Cheap });
        await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "quiet", filter = Red, echo = false });
        await _client.SendAsync("chat:a", "item", new { price = 5, paint = new { color = "red" } });
        await _client.SendAsync("chat:a", "item", new { price = 15, paint = new { color = "red" } });
        await SendAsync(15, "red");
        var heard = await _client.EventsUntilNowAsync();
        Assert.Multiple(() =>
        {
            Assert.That(heard.Select(one => one.Offset), Is.EqualTo(new[] { 1, 3 }));
            Assert.That(heard[0].Matched, Is.EqualTo(new[] { cheap.Key }));
        });
    }

    [Test]
    public async Task DifferentFilters_OfOneChannel_AreBounded_AndEqualOnesAreOne()
    {
        static object[] Below(int price) => [new { method = "lessThan", attribute = "price", values = new[] { price } }];
        for (var i = 0; i < 3; i++)
        {
            await _client.SubscribeAsync(new { channels = new[] { "chat:a" }, id = $"{i}", filter = Below(i) });
        }

        var error = await _publisher.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:a" }, filter = Below(3) });
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("limit_exceeded: 'chat:a' has its 3 different filters; subscribe with one that is in use, or without."));
            Assert.That((await _publisher.SubscribeAsync(new { channels = new[] { "chat:a" }, filter = Below(2) })).Key, Is.Not.Null);
            Assert.That((await _publisher.SubscribeAsync(new { channels = new[] { "chat:a" }, id = "plain" })).Key, Is.Null);
            Assert.That((await _publisher.SubscribeAsync(new { channels = new[] { "chat:b" }, id = "b", filter = Below(3) })).Key, Is.Not.Null);
        });
    }

    private Task<Acknowledgement> SendAsync(int price, string color, string channel = "chat:a") =>
        _publisher.SendAsync(channel, "item", new { price, paint = new { color } });

    private async Task<IEnumerable<string>> HeardAsync() => (await _client.EventsUntilNowAsync())
        .Select(heard => $"{heard.Data.GetProperty("price")} {heard.Data.GetProperty("paint").GetProperty("color")}");
}
