using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RealtimeGateway.Edges;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>What a request may bring, before anything of it is read.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RequestBodyTests
{
    private const string Members = "/api/channels/chat:lobby/members";
    private const string Echo = "/api/echo";

    [TestCase(Members, "gzip")]
    [TestCase(Members, "br")]
    [TestCase(Members, "GZIP")]
    [TestCase(Members, "identity, gzip")]
    [TestCase(Members, "unheard-of")]
    [TestCase(Echo, "gzip")]
    public async Task CompressedBody_IsRefused_AsProblem(string path, string encoding)
    {
        await using var gateway = await StartAsync();
        using var response = await SendAsync(gateway, path, new byte[10], encoding);
        Assert.Multiple(async () =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
            Assert.That(response.Headers.GetValues("Accept-Encoding"), Is.EqualTo(new[] { "identity" }));
            Assert.That(await CodeOfAsync(response), Is.EqualTo("invalid_request"));
        });
    }

    [TestCase(null)]
    [TestCase("identity")]
    public async Task PlainBody_UpToTheBound_IsTaken(string? encoding)
    {
        await using var gateway = await StartAsync();
        using var response = await SendAsync(gateway, Echo, new byte[2048], encoding);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("2048"));
    }

    [TestCase(Members)]
    [TestCase(Echo)]
    public async Task BodyThatSaysItIsTooLarge_IsRefused_AsProblem(string path)
    {
        await using var gateway = await StartAsync();
        using var response = await SendAsync(gateway, path, new byte[2049]);
        Assert.That((response.StatusCode, await CodeOfAsync(response)), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "payload_too_large")));
    }

    [Test]
    public async Task BodyThatTurnsOutTooLarge_IsRefused_AsProblem()
    {
        await using var gateway = await StartAsync();
        using var response = await SendAsync(gateway, Echo, new byte[2049], isChunked: true);
        Assert.That((response.StatusCode, await CodeOfAsync(response)), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "payload_too_large")));
    }

    [Test]
    public async Task WhoMayNotComeIn_IsToldThatFirst()
    {
        await using var gateway = await StartAsync();
        using var response = await SendAsync(gateway, Echo + "?access_token=wrong", new byte[2049]);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Bound_TakesEffect_WithoutARestart()
    {
        var settings = new ChangingSettings();
        await using var gateway = await StartAsync(settings);
        settings.Change(("Limits:RequestBytes", "4096"));
        using var response = await SendAsync(gateway, Echo, new byte[4096]);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("4096"));
    }

    // With an endpoint that reads what it is sent.
    private static Task<TestGateway> StartAsync(ChangingSettings? settings = null) => TestGateway.StartAsync(
        [("Limits:RequestBytes", "2048")],
        pipeline: app => ((WebApplication)app).MapPost(Echo, CountAsync).RequireAdmission(),
        sources: settings is null ? [] : [settings]);

    private static async Task CountAsync(HttpContext context)
    {
        using var read = new MemoryStream();
        await context.Request.Body.CopyToAsync(read);
        await context.Response.WriteAsync($"{read.Length}");
    }

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, string path, byte[] body, string? encoding = null, bool isChunked = false)
    {
        using var request = new HttpRequestMessage(path == Members ? HttpMethod.Get : HttpMethod.Post, path);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = isChunked;
        if (encoding is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        return await gateway.Http.SendAsync(request).InTime();
    }

    private static async Task<string> CodeOfAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]!.GetValue<string>();
}
