using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Security.Tokens;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Who comes in, and who stays, when the rules of that change while the gateway runs.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class LiveAdmissionTests
{
    private const string TokensChanged = "unauthenticated: The gateway's rules for tokens have changed; connect again.";
    private const string KeyNeeded = "unauthenticated: An API key is needed: send it as X-Api-Key or api_key.";
    private const string UserNeeded = "unauthenticated: Guests are not admitted here: send a user's token.";
    private const string OtherSecret = "another secret that only the tests share, of 32 bytes or more";

    private ManualTime _time = null!;
    private ChangingSettings _settings = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _settings = new ChangingSettings();
        _settings.Change([.. Shop, .. Key(0, "shop", "the key")]);
        _gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time), sources: _settings);
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task GatewayThatIsSwitchedOff_ClosesEverySession_AndLetsNobodyIn_UntilItIsOnAgain()
    {
        var (guest, user) = (await _gateway.ConnectAsync(), await _gateway.ConnectAsync(TestTokens.For("ann"), "the key"));
        _settings.Change(("Enabled", "false"));
        using var refused = await _gateway.GetAsync("/api/channels/chat:lobby/members");
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
        Assert.Multiple(async () =>
        {
            Assert.That((await guest.Closed)?.Message, Does.Contain("disabled: This gateway is switched off."));
            Assert.That((await user.Closed)?.Message, Does.Contain("disabled: This gateway is switched off."));
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(refused.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("disabled"));
            Assert.That(() => _gateway.ConnectAsync(TestTokens.For("ann")), Throws.Exception.With.Message.Contains("503"));
        });
        _settings.Change(("Enabled", "true"));
        Assert.That((await (await _gateway.ConnectAsync()).SubscribeAsync("chat:lobby")).Channels, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task RequiredSession_ClosesGuests_AndLeavesUsersAlone()
    {
        var (guest, user) = (await _gateway.ConnectAsync(apiKey: "the key"), await _gateway.ConnectAsync(TestTokens.For("ann")));
        await user.SubscribeAsync("live:room");
        _settings.Change(("Auth:RequireSession", "true"));
        Assert.That((await guest.Closed)?.Message, Does.Contain(UserNeeded));
        Assert.Multiple(async () =>
        {
            Assert.That(() => _gateway.ConnectAsync(), Throws.Exception.With.Message.Contains("401"));
            await AssertHearsAsync(user, "live:room");
        });
        _settings.Change(("Auth:RequireSession", "false"));
        await AssertHearsAsync(await SubscribedAsync(await _gateway.ConnectAsync(), "live:room"), "live:room");
    }

    [Test]
    public async Task RequiredSession_RefusesToBecomeAGuest()
    {
        var user = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _settings.Change(("Auth:RequireSession", "true"));
        Assert.That(await user.ErrorOfAsync("Authenticate", [null]), Is.EqualTo(UserNeeded));
    }

    [Test]
    public async Task RequiredApiKey_ClosesWhoHasNone_AndLeavesOthersAlone()
    {
        var (without, with) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await _gateway.ConnectAsync(apiKey: "the key"));
        await with.SubscribeAsync("shop:orders");
        _settings.Change(("Auth:RequireApiKey", "true"));
        Assert.That((await without.Closed)?.Message, Does.Contain(KeyNeeded));
        Assert.Multiple(async () =>
        {
            Assert.That(() => _gateway.ConnectAsync(TestTokens.For("ann")), Throws.Exception.With.Message.Contains("401"));
            await AssertHearsAsync(with, "shop:orders");
        });
    }

    [Test]
    public async Task RemovedKey_TakesItsRoleFromOpenSessions_AndClosesThemWhereAKeyIsRequired()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"), "the key");
        await client.SubscribeAsync(new[] { "shop:orders", "live:room" });
        _settings.Change(NoKey);
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("shop:orders", "revoked", "permission_denied")));
        await PublishAsync("shop:orders", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
            await AssertHearsAsync(client, "live:room");
            Assert.That(await client.ErrorOfAsync("Subscribe", "shop:orders"), Does.StartWith("permission_denied: "));
            Assert.That(() => _gateway.ConnectAsync(apiKey: "the key"), Throws.Exception.With.Message.Contains("401"));
        });
        _settings.Change(("Auth:RequireApiKey", "true"));
        Assert.That((await client.Closed)?.Message, Does.Contain(KeyNeeded));
    }

    [Test]
    public async Task RemovedKey_ClosesItsSessions_WhereAKeyIsRequired()
    {
        _settings.Change(("Auth:RequireApiKey", "true"));
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"), "the key");
        _settings.Change(NoKey);
        Assert.That((await client.Closed)?.Message, Does.Contain(KeyNeeded));
    }

    [Test]
    public async Task KeyWithoutItsScope_IsNoneAnyMore()
    {
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        _settings.Change(("Auth:ApiKeys:0:Scopes:0", null), ("Auth:ApiKeys:0:Scopes", string.Empty));
        Assert.Multiple(async () =>
        {
            Assert.That((await client.NextRevocationAsync()).Reason, Is.EqualTo("permission_denied"));
            Assert.That(() => _gateway.ConnectAsync(apiKey: "the key"), Throws.Exception.With.Message.Contains("403"));
        });
    }

    [Test]
    public async Task KeyThatGetsAnEnd_EndsThen_OnOpenSessionsToo()
    {
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        var bystander = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        var end = _time.GetUtcNow() + TimeSpan.FromHours(1);
        _settings.Change(("Auth:ApiKeys:0:ExpiresAt", end.ToString("O")));
        AssertSoon(() => SessionsOfGuests().All(one => one.Identity.ExpiresAt == end));
        await AssertHearsAsync(client, "shop:orders");
        await bystander.NextEventAsync();

        // A call is answered after the change that goes on.
        await client.UnsubscribeAsync("nothing:here");
        await bystander.UnsubscribeAsync("nothing:here");
        _time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("shop:orders", "revoked", "token_expired")));
            Assert.That((await bystander.NextRevocationAsync()).Reason, Is.EqualTo("token_expired"));
        });
    }

    [Test]
    public async Task KeyWhoseEndIsPutOff_GoesOn()
    {
        _settings.Change(("Auth:ApiKeys:0:ExpiresAt", (_time.GetUtcNow() + TimeSpan.FromHours(1)).ToString("O")));
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        var later = _time.GetUtcNow() + TimeSpan.FromHours(2);
        _settings.Change(("Auth:ApiKeys:0:ExpiresAt", later.ToString("O")));
        AssertSoon(() => SessionsOfGuests().Single().Identity.ExpiresAt == later);
        await client.UnsubscribeAsync("nothing:here"); // A call is answered after the change that goes on.
        _time.Advance(TimeSpan.FromHours(1.5));
        await AssertHearsAsync(client, "shop:orders");
        _time.Advance(TimeSpan.FromHours(0.5) + TimeSpan.FromMilliseconds(1));
        Assert.That((await client.NextRevocationAsync()).Reason, Is.EqualTo("token_expired"));
    }

    [Test]
    public async Task KeysOfOneName_CanFollowEachOther()
    {
        var old = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        _settings.Change(Key(1, "shop", "the next key"));
        var next = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the next key"), "shop:orders");
        await AssertHearsAsync(old, "shop:orders");
        await next.NextEventAsync();
        _settings.Change([.. Key(0, "shop", "the next key"), ("Auth:ApiKeys:1:Name", null), ("Auth:ApiKeys:1:Sha256", null), ("Auth:ApiKeys:1:Scopes:0", null)]);
        Assert.Multiple(async () =>
        {
            Assert.That(await old.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("shop:orders", "revoked", "permission_denied")));
            Assert.That(() => _gateway.ConnectAsync(apiKey: "the key"), Throws.Exception.With.Message.Contains("401"));
            await AssertHearsAsync(next, "shop:orders");
        });
    }

    [Test]
    public async Task KeyThatGetsNetworks_IsNoneAnyMore_FromElsewhere_OnOpenSessionsToo()
    {
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        _settings.Change(("Auth:ApiKeys:0:Networks:0", "192.0.2.0/24"));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("shop:orders", "revoked", "permission_denied")));
            Assert.That(() => _gateway.ConnectAsync(apiKey: "the key"), Throws.Exception.With.Message.Contains("403"));
        });
        _settings.Change(("Auth:ApiKeys:0:Networks:0", "127.0.0.0/8"));
        await AssertHearsAsync(await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders"), "shop:orders");
    }

    [Test]
    public async Task KeyThatGetsOrigins_IsNoneAnyMore_ForPrograms_AndClosesThemWhereAKeyIsRequired()
    {
        _settings.Change(("Auth:RequireApiKey", "true"));
        var client = await _gateway.ConnectAsync(apiKey: "the key");
        _settings.Change(("Auth:ApiKeys:0:Origins:0", "https://shop.example"));
        Assert.That((await client.Closed)?.Message, Does.Contain(KeyNeeded));
    }

    [Test]
    public async Task KeyWhoseNetworksStillHaveTheClient_GoesOn()
    {
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        _settings.Change(("Auth:ApiKeys:0:Networks:0", "127.0.0.1"), ("Channels:2:Read:0", "label:admin"));
        AssertSoon(() => SessionsOfGuests().Single().Identity.Roles.Any(role => role.ToString() == "key:shop"));
        await AssertHearsAsync(client, "shop:orders");
    }

    [Test]
    public async Task KeyOfAnotherName_GivesItsNewRole_ToOpenSessionsToo()
    {
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        _settings.Change(Key(0, "kiosk", "the key"));
        Assert.Multiple(async () =>
        {
            Assert.That((await client.NextRevocationAsync()).Reason, Is.EqualTo("permission_denied"));
            Assert.That((await client.AuthenticateAsync(null)).Roles, Is.EqualTo(new[] { "any", "guests", "key:kiosk" }));
        });
    }

    [Test]
    public async Task OtherTrustInTokens_ClosesWhoIsSignedIn_AndNobodyElse()
    {
        var (user, guest) = (await _gateway.ConnectAsync(TestTokens.For("ann")), await SubscribedAsync(await _gateway.ConnectAsync(), "live:room"));
        _settings.Change(("Auth:Jwt:Secret", OtherSecret));
        Assert.That((await user.Closed)?.Message, Does.Contain(TokensChanged));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var token = TestTokens.Sign(new { sub = "ann", iat = now, exp = now + 600 }, OtherSecret);
        Assert.Multiple(async () =>
        {
            Assert.That(() => _gateway.ConnectAsync(TestTokens.For("ann")), Throws.Exception.With.Message.Contains("401"));
            Assert.That(await guest.ErrorOfAsync("Authenticate", TestTokens.For("ann")), Does.StartWith("unauthenticated: The token is not accepted"));
            await AssertHearsAsync(guest, "live:room");
            Assert.That((await guest.AuthenticateAsync(token)).UserId, Is.EqualTo("ann"));
            Assert.That((await (await _gateway.ConnectAsync(token)).AuthenticateAsync(token)).UserId, Is.EqualTo("ann"));
        });
    }

    [Test]
    public async Task WhatHasNothingToDoWithTokens_ClosesNobody()
    {
        var user = await _gateway.ConnectAsync(TestTokens.For("ann"), "the key");
        await user.SubscribeAsync(new[] { "shop:orders", "chat:lobby" });
        _settings.Change(("Auth:ApiKeys:0:ExpiresAt", "2999-01-01T00:00:00Z"), ("Limits:ChannelsPerSession", "50"), ("Channels:2:Read:0", "label:admin"));
        Assert.That((await user.NextRevocationAsync()).Channel, Is.EqualTo("chat:lobby"));
        await AssertHearsAsync(user, "shop:orders");
    }

    [TestCase("Enabled", "false", "disabled: ")]
    [TestCase("Auth:RequireSession", "true", "unauthenticated: ")]
    public async Task Newcomer_WhoIsLetInWhileTheRulesChange_IsClosedAsTheOthersAre(string key, string value, string why)
    {
        await using var newcomer = await RawClient.OpenAsync($"{_gateway.HubUrl}?api_key=the%20key");
        _settings.Change((key, value));
        await newcomer.BeginAsync();
        Assert.That((await newcomer.NextOfTypeAsync(7))["error"]!.GetValue<string>(), Does.StartWith(why));
    }

    [Test]
    public async Task Newcomer_WhoseTokenIsBelievedNoMore_IsClosedAsTheOthersAre()
    {
        await using var newcomer = await RawClient.OpenAsync(_gateway.HubUrl, TestTokens.For("ann"));
        _settings.Change(("Auth:Jwt:Secret", OtherSecret));
        await newcomer.BeginAsync();
        Assert.That((await newcomer.NextOfTypeAsync(7))["error"]!.GetValue<string>(), Is.EqualTo(TokensChanged));
    }

    [Test]
    public async Task Newcomer_WhoseKeyIsRemovedOnTheWay_HasNotItsRole()
    {
        await using var newcomer = await RawClient.OpenAsync($"{_gateway.HubUrl}?api_key=the%20key");
        _settings.Change(NoKey);
        await newcomer.BeginAsync();
        var answer = await newcomer.InvokeAsync("Subscribe", """["shop:orders"]""");
        Assert.That(answer["error"]?.GetValue<string>(), Is.EqualTo("permission_denied: You may not read 'shop:orders'."));
    }

    [Test]
    public async Task Newcomers_WhileTheRulesChangeBackAndForth_AreAllClosed_WhomTheLastDoNotTake()
    {
        var (started, stop) = (0, false);
        var changing = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                _settings.Change(("Auth:RequireSession", "true"));
                _settings.Change(("Auth:RequireSession", "false"));
            }

            _settings.Change(("Auth:RequireSession", "true"));
        });
        var guests = new List<TestClient>();
        async Task ConnectAsync()
        {
            while (Interlocked.Increment(ref started) <= 200)
            {
                Volatile.Write(ref stop, started >= 100);
                try
                {
                    var guest = await _gateway.ConnectAsync();
                    lock (guests)
                    {
                        guests.Add(guest);
                    }
                }
                catch (Exception exception) when (exception is not AssertionException)
                {
                    // Refused, or closed before it was there.
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync()));
        await changing.InTime();
        await Task.WhenAll(guests.Select(guest => guest.Closed));
        TestContext.Out.WriteLine($"{guests.Count} were in for a while.");
        Assert.That(guests, Is.Not.Empty);
        AssertSoon(() => !SessionsOfGuests().Any());
    }

    [Test]
    public async Task Authenticate_ThatBeganBeforeAChange_GoesByTheRulesAfterIt()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var answer = new TaskCompletionSource();
        issuer.Answers = answer.Task;
        _settings.Change(("Auth:Jwt:Secret", string.Empty), ("Auth:Jwt:Authority", issuer.Url), ("Auth:Jwt:Audience", "gateway"));
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        var authenticating = client.AuthenticateAsync(TokenOf(issuer));
        await issuer.AskedAsync();
        _settings.Change(NoKey);
        await client.NextRevocationAsync();
        answer.SetResult();
        var ann = await authenticating;
        Assert.Multiple(async () =>
        {
            Assert.That(ann.UserId, Is.EqualTo("ann"));
            Assert.That(ann.Roles, Does.Not.Contain("key:shop"));
            Assert.That(await client.ErrorOfAsync("Subscribe", "shop:orders"), Is.EqualTo("permission_denied: You may not read 'shop:orders'."));
        });
    }

    [Test]
    public async Task Authenticate_WithATokenThatIsBelievedNoMoreWhenItIsRead_IsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var answer = new TaskCompletionSource();
        issuer.Answers = answer.Task;
        _settings.Change(("Auth:Jwt:Secret", string.Empty), ("Auth:Jwt:Authority", issuer.Url), ("Auth:Jwt:Audience", "gateway"));
        var client = await SubscribedAsync(await _gateway.ConnectAsync(apiKey: "the key"), "shop:orders");
        var refused = client.ErrorOfAsync("Authenticate", TokenOf(issuer));
        await issuer.AskedAsync();
        _settings.Change([.. NoKey, ("Auth:Jwt:Audience", "another")]);
        await client.NextRevocationAsync();
        answer.SetResult();
        Assert.That(await refused, Is.EqualTo("unauthenticated: The token is not accepted: its signature, issuer or audience is wrong."));
    }

    private static readonly (string Key, string? Value)[] Shop =
    [
        ("Channels:0:Pattern", "shop:*"), ("Channels:0:Read:0", "key:shop"),
        ("Channels:1:Pattern", "live:*"), ("Channels:1:Read:0", "any"), ("Channels:1:Write:0", "any"), ("Channels:1:Presence:0", "any"),
        ("Channels:2:Pattern", "chat:*"), ("Channels:2:Read:0", "any"), ("Channels:2:Presence:0", "any"),
    ];

    private static readonly (string Key, string? Value)[] NoKey =
        [("Auth:ApiKeys:0:Name", null), ("Auth:ApiKeys:0:Sha256", null), ("Auth:ApiKeys:0:Scopes:0", null)];

    private static (string Key, string? Value)[] Key(int place, string name, string text) =>
    [
        ($"Auth:ApiKeys:{place}:Name", name),
        ($"Auth:ApiKeys:{place}:Sha256", TestApiKeys.Sha256(text)),
        ($"Auth:ApiKeys:{place}:Scopes:0", "connect"),
    ];

    private static string TokenOf(TestIssuer issuer)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return TestKeys.SignRsa(new { sub = "ann", iat = now, exp = now + 600, iss = issuer.Url, aud = "gateway" }, TestKeys.Rsa, "RS256", "rsa");
    }

    private static async Task<TestClient> SubscribedAsync(TestClient client, string channel)
    {
        await client.SubscribeAsync(channel);
        return client;
    }

    private static void AssertSoon(Func<bool> isSo) => Assert.That(isSo, Is.True.After((int)Bounds.Timeout.TotalMilliseconds, 10));

    private IEnumerable<Session> SessionsOfGuests() =>
        _gateway.Services.GetRequiredService<SessionRegistry>().All.Where(session => session.Identity.UserId is null);

    private ValueTask<PublishResult> PublishAsync(string channel, int data) =>
        _gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync(channel, "message", data);

    private async Task AssertHearsAsync(TestClient client, string channel)
    {
        var id = (await PublishAsync(channel, 1)).Id;
        Assert.That((await client.NextEventAsync()).Id, Is.EqualTo(id));
    }
}
