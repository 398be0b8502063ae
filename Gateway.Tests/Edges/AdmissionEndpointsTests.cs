using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>Who comes in at the door, by what a request shows.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class AdmissionEndpointsTests
{
    [TestCase("/realtime/negotiate?negotiateVersion=1")]
    [TestCase("/realtime")]
    [TestCase("/realtime?id=unknown")]
    [TestCase("/api/channels/chat:lobby/members")]
    public async Task WrongToken_IsRefusedEverywhere_AsProblem(string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var inQuery in new[] { false, true })
        {
            var target = inQuery ? $"{path}{(path.Contains('?') ? '&' : '?')}access_token={TestTokens.Forged}" : path;
            using var request = new HttpRequestMessage(path.Contains("negotiate") ? HttpMethod.Post : HttpMethod.Get, target);
            request.Headers.Add("Accept", "text/event-stream");
            request.Headers.Authorization = inQuery ? null : new("Bearer", TestTokens.Forged);
            using var response = await gateway.Http.SendAsync(request).InTime();
            var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Multiple(() =>
            {
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
                Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
                Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo("unauthenticated"));
                Assert.That(problem.ToJsonString(), Does.Not.Contain(TestTokens.Forged));
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
        var refused = Assert.CatchAsync<WebSocketException>(() => gateway.ConnectAsync(TestTokens.Forged));
        Assert.That(refused!.Message, Does.Contain("401"));

        await using var inQuery = await TestClient.ConnectAsync($"{gateway.HubUrl}?access_token={TestTokens.For("ann")}", token: null);
        await inQuery.SubscribeAsync("chat:lobby");
        await inQuery.SendAsync("chat:lobby", "message", 1);
        Assert.That((await inQuery.NextEventAsync()).Sender!.UserId, Is.EqualTo("ann"));
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
}
