using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>Which pages may use the gateway, and what their browser is told.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class CrossOriginTests
{
    private const string Negotiation = "/realtime/negotiate?negotiateVersion=1";
    private const string Members = "/api/channels/chat:lobby/members";
    private const string App = "https://app.example.com";

    [TestCase("POST", Negotiation)]
    [TestCase("GET", "/realtime")]
    [TestCase("GET", "/realtime?id=unknown")]
    [TestCase("POST", "/realtime?id=unknown")]
    [TestCase("DELETE", "/realtime?id=unknown")]
    [TestCase("GET", Members)]
    [TestCase("POST", "/api/publish")]
    [TestCase("GET", "/sse?channel=chat:lobby")]
    public async Task PageOfAnotherOrigin_IsRefusedEverywhere_AsProblem(string method, string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var response = await AskAsync(gateway, method, path, App);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo("permission_denied"));
            Assert.That(AllowedBy(response), Is.Null);
            Assert.That(response.Headers.Vary, Does.Contain("Origin"));
        });
    }

    [Test]
    public async Task ByDefault_TheGatewaysOwnPages_AndPrograms_MayUseIt()
    {
        await using var gateway = await TestGateway.StartAsync();
        var own = gateway.Url.GetLeftPart(UriPartial.Authority);
        Assert.Multiple(async () =>
        {
            Assert.That(await IsLetInAsync(gateway, own), Is.True);
            Assert.That(await IsLetInAsync(gateway, own.Replace("http:", "https:", StringComparison.Ordinal)), Is.True, "a proxy may end its TLS");
            Assert.That(await IsLetInAsync(gateway, origin: null), Is.True);
            Assert.That(await IsLetInAsync(gateway, $"http://127.0.0.1:{gateway.Url.Port + 1}"), Is.False);
            Assert.That(await IsLetInAsync(gateway, "http://127.0.0.1"), Is.False);
            Assert.That(await IsLetInAsync(gateway, $"http://localhost:{gateway.Url.Port}"), Is.False, "another name for the same");
            Assert.That(await IsLetInAsync(gateway, "null"), Is.False);
        });
    }

    [TestCase("https://gateway.example:443", "https://gateway.example", true)]
    [TestCase("http://gateway.example:80", "http://gateway.example", true)]
    [TestCase("http://gateway.example", "https://gateway.example", true)]
    [TestCase("http://gateway.example:80", "https://gateway.example:80", true)]
    [TestCase("http://GATEWAY.example", "http://gateway.example", true)]
    [TestCase("http://gateway.example", "https://gateway.example.attacker.net", false)]
    [TestCase("http://gateway.example", "http://gateway.example:8080", false)]
    [TestCase("http://gateway.example", "HTTP://GATEWAY.EXAMPLE", false)]
    public async Task OwnOrigin_IsWhatTheHostHeaderSays(string called, string origin, bool isOwn)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Members);
        request.Headers.Host = called[(called.IndexOf("://", StringComparison.Ordinal) + 3)..];
        request.Headers.Add("Origin", origin);
        using var response = await gateway.Http.SendAsync(request).InTime();
        Assert.That(response.IsSuccessStatusCode, Is.EqualTo(isOwn));
    }

    [TestCase(App)]
    [TestCase("https://eu.example.org:8443")]
    [TestCase("https://a.b.example.org:8443")]
    public async Task AllowedPage_IsLetIn_AndItsBrowserIsToldSo(string origin)
    {
        await using var gateway = await StartAsync();
        foreach (var (method, path) in new[] { ("POST", Negotiation), ("GET", Members) })
        {
            using var response = await AskAsync(gateway, method, path, origin);
            Assert.Multiple(() =>
            {
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                Assert.That(AllowedBy(response), Is.EqualTo(origin));
                Assert.That(response.Headers.GetValues("Access-Control-Allow-Credentials"), Is.EqualTo(new[] { "true" }));
                Assert.That(response.Headers.Vary, Does.Contain("Origin"));
            });
        }
    }

    [TestCase("null")]
    [TestCase("")]
    [TestCase("*")]
    [TestCase("HTTPS://APP.EXAMPLE.COM")]
    [TestCase("http://app.example.com")]
    [TestCase("https://app.example.com:8443")]
    [TestCase("https://app.example.com.")]
    [TestCase("https://app.example.com.attacker.net")]
    [TestCase("https://evil-app.example.com")]
    [TestCase("https://example.org:8443")]
    [TestCase("https://evilexample.org:8443")]
    [TestCase("https://evil.example.org:8443.attacker.net")]
    [TestCase("https://attacker.net/.example.org:8443")]
    [TestCase("https://eu.example.org")]
    public async Task HostilePage_IsLetInNowhere_AndNotEchoed(string origin)
    {
        await using var gateway = await StartAsync();
        foreach (var (method, path) in new[] { ("POST", Negotiation), ("GET", "/realtime"), ("GET", Members), ("OPTIONS", Members), ("OPTIONS", Negotiation) })
        {
            using var response = await AskAsync(gateway, method, path, origin);
            Assert.That((response.StatusCode, AllowedBy(response)), Is.EqualTo((HttpStatusCode.Forbidden, (string?)null)), $"{method} {path}");
        }
    }

    [Test]
    public async Task SeveralOrigins_AreNone()
    {
        await using var gateway = await StartAsync();
        Assert.That(await IsLetInAsync(gateway, $"{App}, {App}"), Is.False);
    }

    [Test]
    public async Task List_IsTheWholeList_TheGatewaysOwnOriginIncluded()
    {
        await using var gateway = await StartAsync();
        Assert.That(await IsLetInAsync(gateway, gateway.Url.GetLeftPart(UriPartial.Authority)), Is.False);
    }

    [TestCase(Members, "GET")]
    [TestCase(Negotiation, "POST")]
    [TestCase("/realtime?id=unknown", "DELETE")]
    public async Task Preflight_IsAnsweredWithoutCredentials(string path, string method)
    {
        await using var gateway = await StartAsync(("Auth:RequireSession", "true"));
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", App);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-requested-with");
        using var response = await gateway.Http.SendAsync(request).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(AllowedBy(response), Is.EqualTo(App));
            Assert.That(response.Headers.GetValues("Access-Control-Allow-Credentials"), Is.EqualTo(new[] { "true" }));
            Assert.That(response.Headers.GetValues("Access-Control-Allow-Methods"), Is.EqualTo(new[] { method }));
            Assert.That(response.Headers.GetValues("Access-Control-Allow-Headers"), Is.EqualTo(new[] { "authorization,x-requested-with" }));
            Assert.That(response.Headers.Vary, Does.Contain("Origin"));
        });
    }

    [Test]
    public async Task Preflight_ForAMethodThatThereIsNot_AllowsNothing()
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, Members);
        request.Headers.Add("Origin", App);
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        using var response = await gateway.Http.SendAsync(request).InTime();
        Assert.That((response.IsSuccessStatusCode, AllowedBy(response)), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task Refusal_CanBeReadByThePage_ThatMayAsk()
    {
        await using var gateway = await StartAsync();
        using var response = await AskAsync(gateway, "GET", Members + "?access_token=wrong", App);
        Assert.That((response.StatusCode, AllowedBy(response)), Is.EqualTo((HttpStatusCode.Unauthorized, App)));
    }

    [Test]
    public async Task WebSocket_IsHeldBack_ByTheGatewayItself()
    {
        await using var gateway = await StartAsync();
        var url = new UriBuilder(gateway.HubUrl) { Scheme = "ws" }.Uri;
        using var other = new ClientWebSocket();
        other.Options.SetRequestHeader("Origin", "https://attacker.net");
        var refused = Assert.CatchAsync<WebSocketException>(() => other.ConnectAsync(url, CancellationToken.None).InTime());
        using var allowed = new ClientWebSocket();
        allowed.Options.SetRequestHeader("Origin", App);
        await allowed.ConnectAsync(url, CancellationToken.None).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Message, Does.Contain("403"));
            Assert.That(allowed.State, Is.EqualTo(WebSocketState.Open));
        });
    }

    [Test]
    public async Task LiveConnection_IsNotUsed_ByAPageThatLearnedItsToken()
    {
        await using var gateway = await StartAsync();
        using var negotiated = await AskAsync(gateway, "POST", Negotiation, App);
        var id = JsonNode.Parse(await negotiated.Content.ReadAsStringAsync())!["connectionToken"]!.GetValue<string>();
        await using var live = await TestClient.ConnectAsync($"{gateway.HubUrl}?id={id}", token: null);
        using var stolen = await AskAsync(gateway, "DELETE", $"/realtime?id={id}", "https://attacker.net");
        Assert.Multiple(async () =>
        {
            Assert.That(stolen.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That((await live.SubscribeAsync("chat:lobby")).Channels, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task List_TakesEffect_WithoutARestart()
    {
        var settings = new ChangingSettings();
        await using var gateway = await TestGateway.StartAsync(sources: settings);
        Assert.That(await IsLetInAsync(gateway, App), Is.False);
        settings.Change(("AllowedOrigins:0", App));
        Assert.That(await IsLetInAsync(gateway, App), Is.True);
        settings.Change(("AllowedOrigins:0", "*"));
        Assert.That(await IsLetInAsync(gateway, App), Is.True, "a mistake changes nothing");
        settings.Change(("AllowedOrigins:0", "https://other.example.com"));
        Assert.That(await IsLetInAsync(gateway, App), Is.False);
    }

    private static Task<TestGateway> StartAsync(params (string Key, string Value)[] settings) =>
        TestGateway.StartAsync([("AllowedOrigins:0", App), ("AllowedOrigins:1", "https://*.example.org:8443"), .. settings]);

    private static async Task<bool> IsLetInAsync(TestGateway gateway, string? origin)
    {
        using var response = await AskAsync(gateway, "POST", Negotiation, origin);
        return response.IsSuccessStatusCode;
    }

    private static async Task<HttpResponseMessage> AskAsync(TestGateway gateway, string method, string path, string? origin)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        if (method == "OPTIONS")
        {
            request.Headers.Add("Access-Control-Request-Method", path == Members ? "GET" : "POST");
        }

        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
    }

    private static string? AllowedBy(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
}
