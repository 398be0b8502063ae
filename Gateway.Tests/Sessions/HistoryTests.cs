using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
public sealed class HistoryTests
{
    [Test]
    public async Task History_IsWhatWasHeard_PagedBothWays()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann"));
        var empty = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a" }).InTime();
        await client.SubscribeAsync("chat:a");
        var heard = new List<EventMessage>();
        for (var i = 1; i <= 5; i++)
        {
            await client.SendAsync("chat:a", "message", new { number = i });
            heard.Add(await client.NextEventAsync());
        }

        var first = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a", limit = 2 }).InTime();
        var next = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a", since = new { first.Epoch, offset = 2 }, limit = 2 }).InTime();
        var newest = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a", reverse = true, limit = 2 }).InTime();

        Assert.Multiple(() =>
        {
            Assert.That((empty.Offset, empty.Publications.Count), Is.EqualTo((0L, 0)));
            Assert.That((first.Epoch, first.Offset), Is.EqualTo((empty.Epoch, 5L)));
            Assert.That(first.Publications.Select(Shown), Is.EqualTo(heard.Take(2).Select(Shown)));
            Assert.That(next.Publications.Select(Shown), Is.EqualTo(heard.Skip(2).Take(2).Select(Shown)));
            Assert.That(newest.Publications.Select(Shown), Is.EqualTo(heard.AsEnumerable().Reverse().Take(2).Select(Shown)));
        });
    }

    [Test]
    public async Task Page_OfLargePublications_EndsEarly_AndTheNextGoesOn()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        for (var i = 0; i < 6; i++)
        {
            await client.SendAsync("chat:a", "message", new string('x', 60_000));
        }

        var first = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a" }).InTime();
        var since = new { first.Epoch, first.Publications[^1].Offset };
        var second = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a", since }).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(first.Publications.Select(publication => publication.Offset), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(second.Publications.Select(publication => publication.Offset), Is.EqualTo(new[] { 5, 6 }));
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task PatternsAndFilter_ApplyToHistory_PageByPage(bool reverse)
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        var subscribed = await client.SubscribeAsync(new { channels = new[] { "chat:b" }, events = new[] { "number.*" }, filter = Even });
        for (var i = 1; i <= 20; i++)
        {
            await client.SendAsync("chat:a", i % 3 == 0 ? "other" : "number.one", new { even = i % 2 == 0, number = i });
        }

        var found = new List<EventMessage>();
        var pages = 0;
        Position? next = null;
        do
        {
            var request = new { channel = "chat:a", since = next, limit = 3, reverse, events = new[] { "number.*" }, filter = Even };
            var page = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", request).InTime();
            found.AddRange(page.Publications);
            next = page.Next;
            pages++;
        }
        while (next is not null);

        int[] wanted = [2, 4, 8, 10, 14, 16, 20];
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(one => one.Data.GetProperty("number").GetInt32()), Is.EqualTo(reverse ? wanted.Reverse() : wanted));
            Assert.That(found.Select(one => one.Matched), Has.All.EqualTo(new[] { subscribed.Key }));
            Assert.That(pages, Is.EqualTo(3));
        });
    }

    [Test]
    public async Task PageOfWhatIsHardlyWanted_EndsEarly_AndSaysWhereToGoOn()
    {
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "long:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:History:Size", "2000"),
        ]);
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        for (var i = 1; i <= 1_500; i++)
        {
            await server.PublishAsync("long:a", i == 1_500 ? "rare" : "message", i);
        }

        var client = await gateway.ConnectAsync();
        var first = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "long:a", events = new[] { "rare" } }).InTime();
        var second = await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "long:a", since = first.Next, events = new[] { "rare" } }).InTime();
        Assert.Multiple(() =>
        {
            Assert.That((first.Publications.Count, first.Offset, first.Next?.Offset), Is.EqualTo((0, 1_500L, (long?)1_000L)));
            Assert.That(second.Publications.Select(one => one.Data.GetInt32()), Is.EqualTo(new[] { 1_500 }));
            Assert.That(second.Next, Is.Null);
        });
    }

    private static readonly object[] Even = [new { method = "equal", attribute = "even", values = new[] { true } }];

    // Everything of an event; its data by its text.
    private static (EventMessage Envelope, string Data) Shown(EventMessage message) => (message with { Data = default }, message.Data.GetRawText());
}
