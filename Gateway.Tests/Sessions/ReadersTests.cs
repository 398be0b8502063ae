using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>Publications of trusted code for some of those only that may read their channel.</summary>
[TestFixture]
public sealed class ReadersTests
{
    private TestGateway _gateway = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task OnlyWhoHoldsOneOfTheRoles_Receives_Recovers_AndLists()
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann", "blue/editor"));
        var bob = await _gateway.ConnectAsync(TestTokens.For("bob", "blue"));
        foreach (var client in new[] { ann, bob })
        {
            await client.SubscribeAsync("chat:a");
        }

        var first = await PublishAsync("for all", readers: null);
        await PublishAsync("for editors", "team:blue/editor", "label:vip");
        await PublishAsync("for bob", "user:bob");

        var back = new { channels = new[] { new { channel = "chat:a", since = new Position(first.Epoch!, 0) } } };
        var annAgain = await _gateway.ConnectAsync(TestTokens.For("ann", "blue/editor"));
        var bobAgain = await _gateway.ConnectAsync(TestTokens.For("bob", "blue"));
        await annAgain.SubscribeAsync(back);
        await bobAgain.SubscribeAsync(back);

        string[] forAnn = ["for all", "for editors"];
        string[] forBob = ["for all", "for bob"];
        Assert.Multiple(async () =>
        {
            Assert.That(await HeardAsync(ann), Is.EqualTo(forAnn));
            Assert.That(await HeardAsync(bob), Is.EqualTo(forBob));
            Assert.That(await HeardAsync(annAgain), Is.EqualTo(forAnn));
            Assert.That(await HeardAsync(bobAgain), Is.EqualTo(forBob));
            Assert.That(await ListedAsync(ann), Is.EqualTo(forAnn));
            Assert.That(await ListedAsync(bob), Is.EqualTo(forBob));
        });
    }

    [Test]
    public async Task WhoLosesTheRole_GetsNoMoreOfThem_ThoughHeMayReadTheChannel()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync("chat:a");
        await PublishAsync("before", "team:blue");
        await client.AuthenticateAsync(TestTokens.For("ann", "red"));
        await PublishAsync("after", "team:blue");
        await PublishAsync("for all", readers: null);
        Assert.That(await HeardAsync(client), Is.EqualTo(new[] { "before", "for all" }));
    }

    [TestCase(new string[0], "invalid_request: An empty list of readers is nobody; leave readers out for all who may read the channel.")]
    [TestCase(new[] { "team:blue", "team:" }, "invalid_request: The reader 'team:' is not a role.")]
    [TestCase(new[] { "everyone" }, "invalid_request: The reader 'everyone' is not a role.")]
    public void Readers_AreRoles(string[] readers, string error) => Assert.That(
        () => PublishAsync("text", readers),
        Throws.TypeOf<RealtimeException>().With.Property(nameof(RealtimeException.Error)).Matches<Error>(thrown => thrown.ToString() == error));

    [Test]
    public async Task SameIdForOtherReaders_IsAConflict()
    {
        var request = new PublishRequest { Channel = "chat:a", Event = "message", Id = "once", Readers = ["users", "any"] };
        await _server.PublishAsync(request);
        Assert.Multiple(() =>
        {
            Assert.That(() => _server.PublishAsync(request with { Readers = ["any", "users", "any"] }), Throws.Nothing);
            Assert.That(() => _server.PublishAsync(request with { Readers = ["any"] }), Throws.TypeOf<RealtimeException>());
            Assert.That(() => _server.PublishAsync(request with { Readers = null }), Throws.TypeOf<RealtimeException>());
        });
    }

    private async Task<PublishResult> PublishAsync(string text, params string[]? readers) => (await _server.PublishAsync(new PublishRequest
    {
        Channel = "chat:a",
        Event = "message",
        Data = System.Text.Json.JsonSerializer.SerializeToElement(text),
        Readers = readers,
    }))[0];

    private static async Task<IEnumerable<string?>> HeardAsync(TestClient client) =>
        (await client.EventsUntilNowAsync()).Select(heard => heard.Data.GetString());

    private static async Task<IEnumerable<string?>> ListedAsync(TestClient client) =>
        (await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "chat:a" }).InTime()).Publications.Select(listed => listed.Data.GetString());
}
