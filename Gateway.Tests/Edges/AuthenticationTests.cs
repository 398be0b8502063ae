using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>Who comes in, who he is on a live connection, and when that ends.</summary>
[TestFixture]
public sealed class AuthenticationTests
{
    private static readonly string ForgedToken = TestTokens.Sign(new { sub = "ann", exp = 4102444800 }, secret: new string('x', 40));

    [TestCase("/realtime/negotiate?negotiateVersion=1")]
    [TestCase("/realtime")]
    [TestCase("/realtime?id=unknown")]
    [TestCase("/api/channels/chat:lobby/members")]
    public async Task WrongToken_IsRefusedEverywhere_AsProblem(string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var inQuery in new[] { false, true })
        {
            var target = inQuery ? $"{path}{(path.Contains('?') ? '&' : '?')}access_token={ForgedToken}" : path;
            using var request = new HttpRequestMessage(path.Contains("negotiate") ? HttpMethod.Post : HttpMethod.Get, target);
            request.Headers.Add("Accept", "text/event-stream");
            request.Headers.Authorization = inQuery ? null : new("Bearer", ForgedToken);
            using var response = await gateway.Http.SendAsync(request).InTime();
            var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Multiple(() =>
            {
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
                Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
                Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo("unauthenticated"));
                Assert.That(problem.ToJsonString(), Does.Not.Contain(ForgedToken));
            });
        }
    }

    [TestCase("Basic YW5uOnB3")]
    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("x")]
    public async Task OtherAuthorization_IsNotOverlooked(string header)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await gateway.Http.SendAsync(request).InTime();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("/api/channels/chat:lobby/members?access_token={0}", "{0}", null)]
    [TestCase("/api/channels/chat:lobby/members?access_token={0}&access_token=wrong", null, null)]
    [TestCase("/api/channels/chat:lobby/members?api_key=one&api_key=other", null, null)]
    [TestCase("/api/channels/chat:lobby/members?api_key=one", null, "one")]
    public async Task CredentialGivenTwice_IsRefused(string path, string? token, string? key)
    {
        await using var gateway = await TestGateway.StartAsync();
        var good = TestTokens.For("ann");
        using var request = new HttpRequestMessage(HttpMethod.Get, path.Replace("{0}", good, StringComparison.Ordinal));
        request.Headers.Authorization = token is null ? null : new("Bearer", good);
        request.Headers.Add("X-Api-Key", key is null ? [] : [key]);
        using var response = await gateway.Http.SendAsync(request).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("more than once"));
        });
    }

    [Test]
    public async Task WebSocket_WithAWrongToken_IsRefused_AndWithATokenInTheQuery_IsThatUser()
    {
        await using var gateway = await TestGateway.StartAsync();
        var refused = Assert.CatchAsync<WebSocketException>(() => gateway.ConnectAsync(ForgedToken));
        Assert.That(refused!.Message, Does.Contain("401"));

        await using var inQuery = await TestClient.ConnectAsync($"{gateway.HubUrl}?access_token={TestTokens.For("ann")}", token: null);
        await inQuery.SubscribeAsync("chat:lobby");
        await inQuery.SendAsync("chat:lobby", "message", 1);
        Assert.That((await inQuery.NextEventAsync()).Sender!.UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task Authenticate_SwapsTheIdentityInPlace_AndTakesWhatItMayNotRead()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        Assert.That(await client.ErrorOfAsync("Subscribe", "team:blue:room"), Is.EqualTo("permission_denied: You may not read 'team:blue:room'."));

        var ann = await client.AuthenticateAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync(new[] { "team:blue:room", "chat:lobby" });
        await server.PublishAsync("$user:ann", "user:update", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(ann.UserId, Is.EqualTo("ann"));
            Assert.That(ann.Roles, Is.EqualTo(new[] { "any", "team:blue", "user:ann", "user:ann/unverified", "users", "users/unverified" }));
            Assert.That(ann.ExpiresAt, Is.Not.Null);
            Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("$user:ann"));
        });

        var guest = await client.AuthenticateAsync(null);
        await server.PublishAsync("team:blue:room", "message", 1);
        await server.PublishAsync("$user:ann", "user:update", 2);
        await server.PublishAsync("chat:lobby", "message", 3);
        Assert.Multiple(async () =>
        {
            Assert.That(guest.UserId, Is.Null);
            Assert.That(guest.Roles, Is.EqualTo(new[] { "any", "guests" }));
            Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("team:blue:room", "revoked", "permission_denied")));
            Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 3 }));
        });
    }

    [Test]
    public async Task Authenticate_WithAWrongToken_ChangesNothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync("team:blue:room");
        var error = await client.ErrorOfAsync("Authenticate", ForgedToken);
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:blue:room", "message", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("unauthenticated: The token is not accepted: its signature, issuer or audience is wrong."));
            Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("team:blue:room"));
        });
    }

    [Test]
    public async Task ExpiredToken_EndsItsRightsAtExp_AndTheConnectionGoesOnAsAGuest()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = new[] { "blue/editor" } }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync(new[] { "team:blue:room", "chat:lobby" });
        var notice = await client.NextNoticeAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        await server.PublishAsync("team:blue:room", "message", 1);
        await client.SendAsync("chat:lobby", "message", 2);
        Assert.Multiple(async () =>
        {
            Assert.That(notice, Is.EqualTo(new SubscriptionMessage("team:blue:room", "revoked", "token_expired")));
            Assert.That(await client.ErrorOfAsync("Send", "team:blue:room", "message", 1), Does.StartWith("permission_denied: "));
            var heard = (await client.EventsUntilNowAsync()).Single();
            Assert.That(heard.Data.GetInt32(), Is.EqualTo(2));
            Assert.That(heard.Sender!.UserId, Is.Null);
        });
    }

    [Test]
    public async Task RefusedUnsubscribe_LeavesNothingBehind_ThatOutlivesTheRights()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync("team:red:plans");
        await client.ErrorOfAsync("Unsubscribe", new[] { "team:red:plans", null });
        await client.AuthenticateAsync(null);
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:red:plans", "message", "secret");
        Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
    }

    [Test]
    public async Task HostsAuthorizer_ThatTakesLong_HoldsUpNobodyElsesDecision_AndItsOwnIsADenial()
    {
        var authorizer = new Hesitating("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync(new[] { "chat:slow", "team:red:plans" });
        authorizer.Answer = new TaskCompletionSource();
        var authenticated = client.AuthenticateAsync(null);
        Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "permission_denied")));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("chat:slow", "revoked", "permission_denied")));
            Assert.That((await authenticated).UserId, Is.Null);
        });
    }

    [Test]
    public async Task HostsAuthorizer_ThatDoesNotYield_HoldsUpNobodyElsesDecision()
    {
        using var authorizer = new Blocking("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync(new[] { "chat:slow", "team:red:plans" });
        authorizer.IsBlocking = true;
        var authenticated = client.AuthenticateAsync(null);
        Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "permission_denied")));
        Assert.That(authenticated.IsCompleted, Is.False);
        authorizer.Answer.Set();
        Assert.That((await authenticated).UserId, Is.Null);
    }

    [Test]
    public async Task SubscribeThatWaitsForAHost_DoesNotPutOffTheEndOfRights()
    {
        var authorizer = new Hesitating("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "red" }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync("team:red:plans");
        authorizer.Answer = new TaskCompletionSource();
        var subscribing = client.SubscribeAsync("chat:slow");
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "token_expired")));
            Assert.That(subscribing.IsCompleted, Is.False);
        });
    }

    [Test]
    public async Task SubscribeThatWaitedForAHost_CountsForWhoTheSessionIsThen()
    {
        var authorizer = new Hesitating("team:red:plans") { Answer = new TaskCompletionSource() };
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "red" }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync("team:red:other");
        var refused = client.ErrorOfAsync("Subscribe", "team:red:plans");
        await client.NextNoticeAsync();
        authorizer.Answer.SetResult();
        Assert.That(await refused, Is.EqualTo("permission_denied: You may not read 'team:red:plans'."));
    }

    [TestCase("/realtime/negotiate?negotiateVersion=1&id=")]
    [TestCase("/realtime/negotiate?negotiateVersion=1&id=LIVE")]
    public async Task NothingIsNegotiated_InTheNameOfALiveConnection(string path)
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var token = TestTokens.For("ann");
        using var negotiate = new HttpRequestMessage(HttpMethod.Post, "/realtime/negotiate?negotiateVersion=1");
        negotiate.Headers.Authorization = new("Bearer", token);
        using var negotiated = await gateway.Http.SendAsync(negotiate);
        var id = JsonNode.Parse(await negotiated.Content.ReadAsStringAsync())!["connectionToken"]!.GetValue<string>();
        await using var live = await TestClient.ConnectAsync($"{gateway.HubUrl}?id={id}", token);
        await using var empty = await TestClient.ConnectAsync($"{gateway.HubUrl}?id=", token);
        using var response = await gateway.Http.PostAsync(path.Replace("LIVE", id, StringComparison.Ordinal), null);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task ConnectionId_ThatOthersSee_IsNoTokenOfTheConnection()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        var id = await client.FindIdAsync();
        using var response = await gateway.Http.DeleteAsync($"/realtime?id={id}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "no connection is known by it");
    }

    [Test]
    public async Task NewerToken_PutsTheEndOff()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "blue" }, lifetime: TimeSpan.FromSeconds(1)));
        var bystander = await gateway.ConnectAsync(TestTokens.For("bob", new { teams = "blue" }, lifetime: TimeSpan.FromSeconds(1.5)));
        await client.SubscribeAsync("team:blue:room");
        await bystander.SubscribeAsync("team:blue:room");
        await client.AuthenticateAsync(TestTokens.For("ann", "blue"));

        // The bystander's end comes after the one that was put off.
        Assert.That((await bystander.NextNoticeAsync()).Reason, Is.EqualTo("token_expired"));
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:blue:room", "message", 1);
        Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("team:blue:room"));
    }

    [Test]
    public async Task ExpiredToken_ClosesTheConnection_WhereGuestsAreNotAdmitted_AndSaysWhy()
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { }, lifetime: TimeSpan.FromSeconds(1)));
        Assert.That((await client.Closed)?.Message, Does.Contain("token_expired: The credential has expired; connect with a new one."));
    }

    [Test]
    public async Task RequireSession_RefusesGuests_AtTheDoorAndLater()
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var client = await gateway.ConnectAsync(TestTokens.For("ann"));
        Assert.Multiple(async () =>
        {
            Assert.That((await gateway.GetAsync("/api/channels/chat:lobby/members")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.CatchAsync<WebSocketException>(() => gateway.ConnectAsync());
            Assert.That(await client.ErrorOfAsync("Authenticate", [null]), Is.EqualTo("unauthenticated: Guests are not admitted here: send a user's token."));
        });
    }

    [Test]
    public async Task RequireApiKey_AdmitsByKey_WhoThenHoldsItsRole()
    {
        const string Key = "a key that only the tests know";
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Auth:RequireApiKey", "true"), ("Auth:ApiKeys:0:Name", "backend"), ("Auth:ApiKeys:0:Sha256", hash), ("Auth:ApiKeys:0:Scopes:0", "connect"),
            ("Channels:4:Pattern", "jobs"), ("Channels:4:Read:0", "key:backend"),
        ]);
        Assert.Multiple(() =>
        {
            Assert.CatchAsync<WebSocketException>(() => gateway.ConnectAsync());
            Assert.CatchAsync<WebSocketException>(() => TestClient.ConnectAsync(gateway.HubUrl + "?api_key=wrong", token: null));
        });
        await using var client = await TestClient.ConnectAsync($"{gateway.HubUrl}?api_key={Uri.EscapeDataString(Key)}", token: null);
        Assert.That((await client.SubscribeAsync("jobs")).Channels.Single().Channel, Is.EqualTo("jobs"));
        Assert.That((await client.AuthenticateAsync(TestTokens.For("ann"))).Roles, Does.Contain("key:backend").And.Contain("user:ann"));
    }

    [Test]
    public async Task DisabledGateway_RefusesEverybody()
    {
        await using var gateway = await TestGateway.StartAsync([("Enabled", "false")]);
        using var response = await gateway.Http.PostAsync("/realtime/negotiate?negotiateVersion=1", null);
        Assert.Multiple(async () =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"disabled\""));
        });
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

    [Test]
    public async Task HostsAuthorizer_DecidesBeforeThePolicies_AlsoWhenTheIdentityChanges()
    {
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer, MembersOnly>());
        var client = await gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync("club:room");
        Assert.That(await client.ErrorOfAsync("Subscribe", "chat:secret"), Is.EqualTo("permission_denied: You may not read 'chat:secret'."));
        await client.SubscribeAsync("chat:lobby");
        await client.AuthenticateAsync(null);
        Assert.That(await client.NextNoticeAsync(), Is.EqualTo(new SubscriptionMessage("club:room", "revoked", "permission_denied")));
    }

    [Test]
    public async Task HostsAuthorizer_ThatFails_IsAnInternalError_AndNoPermission()
    {
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer, MembersOnly>());
        var client = await gateway.ConnectAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", "chat:fault"), Is.EqualTo("internal: The gateway failed to do this; its log says why."));
            Assert.That((await client.SubscribeAsync("chat:lobby")).Channels.Single().Channel, Is.EqualTo("chat:lobby"));
        });
    }

    /// <summary>A host that answers about one channel only when it is told to.</summary>
    private sealed class Hesitating(string channel) : IChannelAuthorizer
    {
        public TaskCompletionSource? Answer { get; set; }

        public async ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            if (access.Channel == channel && Answer is { } answer)
            {
                await answer.Task;
            }

            return ChannelDecision.Abstain;
        }
    }

    /// <summary>A host that keeps the thread while it thinks about one channel.</summary>
    private sealed class Blocking(string channel) : IChannelAuthorizer, IDisposable
    {
        public ManualResetEventSlim Answer { get; } = new();

        public bool IsBlocking { get; set; }

        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            if (IsBlocking && access.Channel == channel)
            {
                Answer.Wait(Bounds.Timeout, CancellationToken.None);
            }

            return new(ChannelDecision.Abstain);
        }

        public void Dispose() => Answer.Dispose();
    }

    private sealed class MembersOnly : IChannelAuthorizer
    {
        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken) => new(access.Channel switch
        {
            "club:room" when access.Identity.UserId is not null => ChannelDecision.Allow,
            "chat:secret" => ChannelDecision.Deny,
            "chat:fault" => throw new InvalidOperationException("the host's own secret"),
            _ => ChannelDecision.Abstain,
        });
    }
}
