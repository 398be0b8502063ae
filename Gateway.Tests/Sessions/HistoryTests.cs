using Microsoft.AspNetCore.SignalR.Client;
using RealtimeGateway.Contracts;
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

    // Everything of an event; its data by its text.
    private static (EventMessage Envelope, string Data) Shown(EventMessage message) => (message with { Data = default }, message.Data.GetRawText());
}
