using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Who tries one credential after another, from an address.</summary>
[TestFixture]
public sealed class GuessingTests
{
    private const int Most = 100;
    private const string Key = "the key";
    private const string Guesser = "192.0.2.66";
    private const string Neighbour = "192.0.2.67";

    private ManualTime _time = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _gateway = await TestGateway.StartAsync(
            [TestProxy.Trust, ("Auth:ApiKeys:0:Name", "shop"), ("Auth:ApiKeys:0:Sha256", TestApiKeys.Sha256(Key)), ("Auth:ApiKeys:0:Scopes:0", "connect")],
            services: services => services.AddSingleton<TimeProvider>(_time),
            pipeline: TestProxy.Use);
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [TestCase("api_key=guess")]
    [TestCase("access_token=guess")]
    public async Task Guesses_AreNotLookedAt_OnceTheyAreTooMany_AndNeitherIsTheRightOne(string guess)
    {
        for (var i = 0; i < Most; i++)
        {
            Assert.That(await StatusOfAsync(Guesser, $"{guess}{i}"), Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        using var refused = await AskAsync(Guesser, guess);
        Assert.Multiple(async () =>
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"rate_limited\"").And.Contain("\"retryAfter\":1"));
            Assert.That(await StatusOfAsync(Guesser, "api_key=the%20key"), Is.EqualTo(HttpStatusCode.TooManyRequests), "who guessed right is not told so");
            Assert.That(await StatusOfAsync(Guesser, "access_token=" + TestTokens.For("ann")), Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(await StatusOfAsync(Guesser, "nothing=shown"), Is.EqualTo(HttpStatusCode.OK), "a guest guesses nothing");
            Assert.That(await StatusOfAsync(Neighbour, "api_key=the%20key"), Is.EqualTo(HttpStatusCode.OK));
        });

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Multiple(async () =>
        {
            Assert.That(await StatusOfAsync(Guesser, "api_key=the%20key"), Is.EqualTo(HttpStatusCode.OK), "as it was told");
            Assert.That(await StatusOfAsync(Guesser, guess), Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(await StatusOfAsync(Guesser, guess), Is.EqualTo(HttpStatusCode.TooManyRequests));
        });
    }

    [Test]
    public async Task RightCredentials_AndThoseThatWereRight_AreNoGuesses()
    {
        var expired = TestTokens.Sign(new { sub = "ann", exp = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds() }, TestTokens.Secret);
        for (var i = 0; i < 2 * Most; i++)
        {
            Assert.That(await StatusOfAsync(Guesser, "access_token=" + expired), Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(await StatusOfAsync(Guesser, "api_key=the%20key"), Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public async Task GuessesOnAConnection_AreCountedWithTheOthersOfItsAddress()
    {
        await using var client = await TestClient.ConnectAsync(_gateway.HubUrlFrom(Guesser), token: null);
        for (var i = 0; i < Most; i++)
        {
            await StatusOfAsync(Guesser, "api_key=guess");
        }

        Assert.That(await client.ErrorOfAsync("Authenticate", TestTokens.For("ann")), Is.EqualTo("rate_limited;retryAfter=1: Too many wrong credentials came from this address."));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await client.ErrorOfAsync("Authenticate", "guess"), Does.StartWith("unauthenticated: "));
        Assert.That(await client.ErrorOfAsync("Authenticate", "guess"), Does.StartWith("rate_limited;"));
        Assert.That((await client.AuthenticateAsync(null)).UserId, Is.Null, "to be a guest is no guess");
    }

    private async Task<HttpStatusCode> StatusOfAsync(string address, string query)
    {
        using var response = await AskAsync(address, query);
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> AskAsync(string address, string query) =>
        _gateway.Http.GetAsync($"/api/channels/chat:lobby/members?from={address}&{query}").InTime();
}
