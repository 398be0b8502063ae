using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>One order for everybody (promise 2).</summary>
[TestFixture]
public sealed class OrderTests
{
    private const int Publishers = 20;
    private const int Each = 50;

    [Test]
    public async Task ConcurrentPublishers_AreHeardInOneSequence_ByAll()
    {
        await using var gateway = await TestGateway.StartAsync();
        var subscribers = await ManyAsync(5, gateway);
        foreach (var subscriber in subscribers)
        {
            await subscriber.SubscribeAsync("chat:a");
        }

        var acknowledged = await Task.WhenAll((await ManyAsync(Publishers, gateway)).Select(PublishAsync));

        var heard = new List<(string Id, long? Offset)[]>();
        foreach (var subscriber in subscribers)
        {
            heard.Add([.. (await subscriber.EventsUntilNowAsync()).Select(one => (one.Id, one.Offset))]);
        }

        Assert.Multiple(() =>
        {
            Assert.That(heard[0].Select(one => one.Offset), Is.EqualTo(Enumerable.Range(1, Publishers * Each)));
            Assert.That(heard, Has.All.EqualTo(heard[0]));
            Assert.That(acknowledged.SelectMany(own => own), Is.EquivalentTo(heard[0]), "what was acknowledged is what was heard there");
            Assert.That(acknowledged, Has.All.Matches<(string Id, long? Offset)[]>(own => own.SequenceEqual(own.OrderBy(one => one.Offset))));
        });
    }

    [Test]
    public async Task CallsOfOneConnection_ArePublishedInTheirOrder_ThoughNoneIsWaitedFor()
    {
        await using var gateway = await TestGateway.StartAsync();
        var subscriber = await gateway.ConnectAsync();
        await subscriber.SubscribeAsync(new[] { "chat:a", "chat:b" });
        var publisher = await gateway.ConnectRawAsync();
        for (var i = 0; i < 200; i++)
        {
            await publisher.SendAsync($$"""{"type":1,"target":"Publish","arguments":[{"channels":["chat:a","chat:b"],"event":"message","data":{{i}}}]}""");
        }

        await publisher.InvokeAsync("Unsubscribe", """["nothing:here"]""");
        var heard = (await subscriber.EventsUntilNowAsync()).ToLookup(one => one.Channel, one => one.Data.GetInt32());
        Assert.Multiple(() =>
        {
            Assert.That(heard["chat:a"], Is.EqualTo(Enumerable.Range(0, 200)));
            Assert.That(heard["chat:b"], Is.EqualTo(Enumerable.Range(0, 200)));
        });
    }

    private static async Task<IReadOnlyList<TestClient>> ManyAsync(int count, TestGateway gateway)
    {
        var clients = new List<TestClient>();
        while (clients.Count < count)
        {
            clients.Add(await gateway.ConnectAsync());
        }

        return clients;
    }

    private static async Task<(string Id, long? Offset)[]> PublishAsync(TestClient publisher)
    {
        var own = new (string, long?)[Each];
        for (var i = 0; i < Each; i++)
        {
            var acknowledgement = await publisher.SendAsync("chat:a", "message", i);
            own[i] = (acknowledgement.Id, acknowledgement.Offset);
        }

        return own;
    }
}
