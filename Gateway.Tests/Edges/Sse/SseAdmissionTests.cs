using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Sse;

/// <summary>Who and what is refused, before a stream begins: with problem details, and leaving nothing behind.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class SseAdmissionTests
{
    [TestCase("", null, null, 400, "invalid_request")]
    [TestCase("?channel=", null, null, 400, "invalid_channel")]
    [TestCase("?channel=chat:a&filter=[", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&filter=null", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&filter=[null]", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&filter=[]&filter=[]", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&filter=[{\"method\":\"likes\"}]", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&events=", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a", null, "7", 400, "invalid_request")]
    [TestCase("?channel=chat:a&lastEventId=AQ", null, null, 400, "invalid_request")]
    [TestCase("?channel=chat:a&channel=team:blue:room", null, null, 403, "permission_denied")]
    [TestCase("?channel=$user:bob", "ann", null, 400, "invalid_channel")]
    [TestCase("?channel=chat:a", "forged", null, 401, "unauthenticated")]
    public async Task Wrong_IsRefused_WithItsCode(string query, string? user, string? lastId, int status, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        var token = user switch { null => null, "forged" => TestTokens.Forged, _ => TestTokens.For(user) };
        using var response = await SseClient.GetAsync(gateway, query, token, lastId);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
            Assert.That(gateway.Services.GetRequiredService<SessionRegistry>().All, Is.Empty);
        });
    }

    [Test]
    public async Task ThirtyTwoChannels_AreAStream_AndOneMoreIsNone()
    {
        await using var gateway = await TestGateway.StartAsync();
        var channels = Enumerable.Range(0, 33).Select(i => $"channel=chat:{i}").ToArray();
        var (client, _) = await SseClient.SubscribeAsync(gateway, $"?{string.Join('&', channels[..32])}&{channels[0]}");
        Assert.That(client.Answer!.Channels, Has.Count.EqualTo(32));
        client.Dispose();
        using var response = await SseClient.GetAsync(gateway, $"?{string.Join('&', channels)}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task TokenInTheQuery_IsTaken_AndOpensWhatIsTheUsers()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=team:blue:room&access_token=" + TestTokens.For("ann", "blue"));
        Assert.That(gateway.Services.GetRequiredService<SessionRegistry>().OfUser("ann"), Has.Count.EqualTo(1));
        client.Dispose();
    }

    [Test]
    public async Task Connecting_AndSubscribing_AreCounted()
    {
        await using var gateway = await TestGateway.StartAsync(
        [
            ("RateLimits:Connect:0:Permits", "3"),
            ("RateLimits:Connect:0:Window", "00:10:00"),
            ("RateLimits:Subscribe:0:Permits", "3"),
            ("RateLimits:Subscribe:0:Window", "00:10:00"),
        ]);
        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=chat:a&channel=chat:b");
        client.Dispose();
        using var tooManyChannels = await SseClient.GetAsync(gateway, "?channel=chat:a&channel=chat:b");
        using var malformed = await SseClient.GetAsync(gateway, string.Empty);
        using var tooOften = await SseClient.GetAsync(gateway, "?channel=chat:a");
        Assert.Multiple(() =>
        {
            Assert.That(tooManyChannels.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(malformed.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(tooOften.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(tooOften.Headers.RetryAfter, Is.Not.Null);
        });
    }

    [Test]
    public async Task SessionsOfAUser_AreBounded_WithTheHubs()
    {
        await using var gateway = await TestGateway.StartAsync([("Limits:SessionsPerUser", "1")]);
        await gateway.ConnectAsync(TestTokens.For("ann"));
        using var response = await SseClient.GetAsync(gateway, "?channel=chat:a", TestTokens.For("ann"));
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("limit_exceeded"));
    }
}
