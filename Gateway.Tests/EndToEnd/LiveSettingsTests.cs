using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>A file of settings that is saved while the gateway runs: what it says is in force, on open sessions too.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class LiveSettingsTests
{
    private const string Refused = "The settings have changed and are not taken; those before stay in force:";

    private SettingsFile _file = null!;
    private TestLog _log = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _file = new SettingsFile("{}");
        _log = TestLog.OfSettings();
        _gateway = await TestGateway.StartAsync(services: services => services.AddLogging(logging => logging.AddProvider(_log)), sources: _file.Source);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        _log.Dispose();
        _file.Dispose();
    }

    [Test]
    public async Task Enabled_IsInForce_WhenTheFileIsSaved()
    {
        var client = await _gateway.ConnectAsync();
        _file.Write("""{ "Gateway": { "Enabled": false } }""");
        Assert.That((await client.Closed)?.Message, Does.Contain("disabled: This gateway is switched off."));
        using var refused = await _gateway.GetAsync("/api/channels/chat:lobby/members");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await AssertInForceAsync();
        await SaveAsync("""{ "Gateway": { "Enabled": true } }""");
        Assert.That((await (await _gateway.ConnectAsync()).SubscribeAsync("chat:lobby")).Channels, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task RequireSession_IsInForce_WhenTheFileIsSaved()
    {
        var (guest, user) = (await _gateway.ConnectAsync(), await _gateway.ConnectAsync(TestTokens.For("ann")));
        _file.Write("""{ "Gateway": { "Auth": { "RequireSession": true } } }""");
        Assert.That((await guest.Closed)?.Message, Does.Contain("unauthenticated: Guests are not admitted here"));
        Assert.That((await user.SubscribeAsync("chat:lobby")).Channels, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ApiKeys_AreInForce_WhenTheFileIsSaved()
    {
        var key = $$"""{ "Name": "shop", "Sha256": "{{TestApiKeys.Sha256("the key")}}", "Scopes": [ "connect" ] }""";
        await SaveAsync($$"""{ "Gateway": { "Auth": { "RequireApiKey": true, "ApiKeys": [ {{key}} ] } } }""");
        var client = await _gateway.ConnectAsync(apiKey: "the key");
        Assert.That(() => _gateway.ConnectAsync(), Throws.Exception.With.Message.Contains("401"));
        _file.Write("""{ "Gateway": { "Auth": { "RequireApiKey": true, "ApiKeys": [] } } }""");
        Assert.That((await client.Closed)?.Message, Does.Contain("unauthenticated: An API key is needed"));
    }

    [Test]
    public async Task TrustInTokens_IsInForce_WhenTheFileIsSaved()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _file.Write($$"""{ "Gateway": { "Auth": { "Jwt": { "Secret": "{{new string('s', 32)}}" } } } }""");
        Assert.That((await client.Closed)?.Message, Does.Contain("unauthenticated: The gateway's rules for tokens have changed; connect again."));
        Assert.That(() => _gateway.ConnectAsync(TestTokens.For("ann")), Throws.Exception.With.Message.Contains("401"));
    }

    [Test]
    public async Task Clients_AreInForce_WhenTheFileIsSaved()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("chat:lobby");
        _file.Write("""{ "Gateway": { "Clients": { "Subscribe": false, "Publish": false } } }""");
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("chat:lobby", "revoked", "disabled")));
        Assert.That(await client.ErrorOfAsync("Send", "chat:lobby", "message", 1), Does.StartWith("disabled: "));
    }

    [Test]
    public async Task Policies_AreInForce_WhenTheFileIsSaved()
    {
        var (user, guest) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectAsync());
        await user.SubscribeAsync("chat:lobby");
        await guest.SubscribeAsync("chat:lobby");
        _file.Replace("""{ "Gateway": { "Channels": [ { "Pattern": "chat:*", "Read": [ "users" ], "History": { "Size": 10 } } ] } }""");
        Assert.That(await guest.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("chat:lobby", "revoked", "permission_denied")));
        var published = await _gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("chat:lobby", "message", 1);
        Assert.Multiple(async () =>
        {
            Assert.That((await user.NextEventAsync()).Id, Is.EqualTo(published.Id));
            Assert.That(await guest.EventsUntilNowAsync(), Is.Empty);
        });
        await AssertInForceAsync();
        await SaveAsync("""{ "Gateway": { "Channels": [ { "Pattern": "chat:*", "Read": [ "any" ] } ] } }""");
        Assert.That((await guest.SubscribeAsync("chat:lobby")).Channels.Single().Position, Is.Null, "nor is there any history");
    }

    [Test]
    public async Task LimitsAndRateLimits_AreInForce_WhenTheFileIsSaved()
    {
        var client = await _gateway.ConnectAsync();
        await client.SubscribeAsync("live:a");
        await SaveAsync("""
            { "Gateway": { "Limits": { "ChannelsPerSession": 1 }, "RateLimits": { "Publish": [ { "Permits": 1, "Window": "01:00:00" } ] } } }
            """);
        await client.SendAsync("live:a", "message", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", "live:b"), Does.StartWith("limit_exceeded: "));
            Assert.That(await client.ErrorOfAsync("Send", "live:a", "message", 1), Does.StartWith("rate_limited;"));
        });
    }

    [TestCase("{ \"Gateway\": { \"Enabled\": false,", "appsettings.json: It is no JSON: line 1, byte 32.")]
    [TestCase("", "appsettings.json: It is no JSON: line 1, byte 1.")]
    [TestCase("{ \"Gateway\": { \"Enabled\": false, \"Chanels\": [] } }", "Gateway:Chanels is not a setting.")]
    [TestCase("{ \"Gateway\": { \"Enabled\": \"no\" } }", "Gateway:Enabled is not true or false.")]
    [TestCase("{ \"Gateway\": { \"Enabled\": false, \"Auth\": { \"Jwt\": { \"Secret\": \"weak\" } } } }", "Gateway:Auth:Jwt:Secret is too short to be safe: it needs 32 bytes or more.")]
    [TestCase("{ \"Gateway\": { \"Enabled\": false, \"Channels\": [ { \"Pattern\": \"*a\" } ] } }", "Gateway:Channels:0:Pattern '*a' is no pattern: '*' stands only at its end.")]
    [TestCase(null, "appsettings.json is gone.")]
    public async Task BadFile_LeavesAllAsItWas_AndTheLogSaysWhyOnce(string? text, string why)
    {
        await SaveAsync("""{ "Gateway": { "Channels": [ { "Pattern": "own:*", "Read": [ "any" ] } ] } }""");
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync("own:room");
        if (text is null)
        {
            _file.Delete();
        }
        else
        {
            _file.Write(text);
        }

        Assert.That(await _log.NextAsync(), Is.EqualTo((LogLevel.Error, $"{Refused}{Environment.NewLine}  {why}")));
        Assert.Multiple(async () =>
        {
            await AssertHearsAsync(client, "own:room");
            Assert.That((await (await _gateway.ConnectAsync()).SubscribeAsync("own:room")).Channels, Has.Count.EqualTo(1));
        });

        // One entry for the bad save, then one for the good: no other came between.
        _file.Write("""{ "Gateway": { "Channels": [ { "Pattern": "other:*", "Read": [ "any" ] } ] } }""");
        await AssertInForceAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("own:room", "revoked", "permission_denied")));
            Assert.That((await client.SubscribeAsync("other:room")).Channels, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void SeveralSavesInARow_EndWithTheLast()
    {
        for (var i = 1; i <= 10; i++)
        {
            _file.Write(i % 3 == 0 ? "half of {" : $$"""{ "Gateway": { "Limits": { "ChannelsPerSession": {{i}} } } }""");
        }

        var limits = _gateway.Services.GetRequiredService<Live<SessionLimits>>();
        Assert.That(() => limits.Current.Channels, Is.EqualTo(10).After((int)Bounds.Timeout.TotalMilliseconds, 10));
    }

    [Test]
    public async Task SameFile_SavedAgain_ChangesNothing()
    {
        await SaveAsync("""{ "Gateway": { "Limits": { "ChannelsPerSession": 5 } } }""");
        _file.Write("""{ "Gateway": { "Limits": { "ChannelsPerSession": 5 } } }""");
        _file.Replace("""{"Gateway":{"Limits":{"ChannelsPerSession":5}}}""");

        // What comes of a later save comes after what would have come of these.
        await SaveAsync("""{ "Gateway": { "Limits": { "ChannelsPerSession": 6 } } }""");
        Assert.That(_log.UntilNow(), Is.Empty);
    }

    private async Task SaveAsync(string text)
    {
        _file.Write(text);
        await AssertInForceAsync();
    }

    private async Task AssertInForceAsync() =>
        Assert.That(await _log.NextAsync(), Is.EqualTo((LogLevel.Information, "The settings have changed and are in force.")));

    private async Task AssertHearsAsync(TestClient client, string channel)
    {
        var published = await _gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync(channel, "message", 1);
        Assert.That((await client.NextEventAsync()).Id, Is.EqualTo(published.Id));
    }
}
