using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>How a WebSocket of the hub begins and ends.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class HubWebSocketsTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task NegotiatedConnection_HasTheIdThatItsClientWasTold()
    {
        var (id, token) = await NegotiateAsync();
        await using var client = await RawClient.ConnectAsync($"{_gateway.HubUrl}?id={token}", token: null);
        Assert.That(_gateway.Services.GetRequiredService<SessionRegistry>().All.Single().ConnectionId, Is.EqualTo(id));
    }

    // Two connections of one id would answer to the same name; and who has seen a token in a log could take the place of its client.
    [TestCase("a WebSocket")]
    [TestCase("an event stream")]
    [TestCase("a poll")]
    [TestCase("a message")]
    public async Task TokenThatWasTakenUp_OpensNothingElse(string other)
    {
        var (_, token) = await NegotiateAsync();
        var url = $"{_gateway.HubUrl}?id={token}";
        await using var client = await RawClient.ConnectAsync(url, token: null);
        if (other == "a WebSocket")
        {
            using var second = new ClientWebSocket();
            second.Options.CollectHttpResponseDetails = true;
            Assert.That(
                async () => await second.ConnectAsync(new Uri(url.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime(),
                Throws.TypeOf<WebSocketException>());
            Assert.That(second.HttpStatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        }
        else
        {
            using var request = new HttpRequestMessage(other == "a message" ? HttpMethod.Post : HttpMethod.Get, url);
            if (other == "an event stream")
            {
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            }

            using var answer = await _gateway.Http.SendAsync(request).InTime();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        }

        await client.InvokeAsync("Subscribe", """["chat:a"]""");
    }

    [TestCase("text/event-stream")]
    [TestCase("*/*")]
    public async Task TokenThatAnotherTransportHas_OpensNoWebSocket_AndItsSessionGoesOn(string accept)
    {
        var (id, token) = await NegotiateAsync();
        var url = $"{_gateway.HubUrl}?id={token}";
        using var stream = await GetAsync(url, accept); // The first poll is answered at once.
        using var said = await _gateway.Http.PostAsync(url, new StringContent("{\"protocol\":\"json\",\"version\":1}\u001e")).InTime();
        using var answer = accept == "*/*" ? await GetAsync(url, accept) : null;
        using var second = new ClientWebSocket();
        second.Options.CollectHttpResponseDetails = true;
        Assert.That(
            async () => await second.ConnectAsync(new Uri(url.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime(),
            Throws.TypeOf<WebSocketException>());
        Assert.That(second.HttpStatusCode, Is.AnyOf(HttpStatusCode.Conflict, HttpStatusCode.BadRequest));

        using var again = await _gateway.Http.PostAsync(url, new StringContent("""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["chat:a"]}""" + '\u001e')).InTime();
        Assert.That(again.IsSuccessStatusCode, Is.True);
        Assert.That(_gateway.Services.GetRequiredService<SessionRegistry>().Find(id), Is.Not.Null);
    }

    [Test]
    public async Task TokenThatWasNeverGiven_IsNotFound()
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        Assert.That(
            async () => await socket.ConnectAsync(new Uri(_gateway.HubUrl.Replace("http", "ws", StringComparison.Ordinal) + "?id=guessed"), CancellationToken.None).InTime(),
            Throws.TypeOf<WebSocketException>());
        Assert.That(socket.HttpStatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Connection_KeepsNoCredentialOfItsRequest_AndTheRestOfIt()
    {
        HttpContext? request = null;
        await using var gateway = await TestGateway.StartAsync(pipeline: app => app.Use((context, next) => next(request = context)));
        await using var client = await RawClient.ConnectAsync(gateway.HubUrl, TestTokens.For("ann"));
        var headers = request!.Request.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(headers.Authorization, Is.Empty);
            Assert.That(headers.SecWebSocketKey, Is.Empty);
            Assert.That(headers.Host, Is.Not.Empty);
        });
    }

    [Test]
    public async Task WhoHasTheAnswerToHisHandshake_IsHeardAndHears()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var client = await RawClient.OpenAsync(_gateway.HubUrl, TestTokens.For($"user-{i}"));
            await client.BeginAsync();
            await _gateway.Services.GetRequiredService<IHubContext<RealtimeHub>>().Clients.User($"user-{i}").SendAsync("hello", i);
            Assert.That((await client.NextOfTypeAsync(1))["arguments"]![0]!.GetValue<int>(), Is.EqualTo(i));
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd(accept);
        return await _gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
    }

    private async Task<(string Id, string Token)> NegotiateAsync()
    {
        using var negotiation = await _gateway.Http.PostAsync("/realtime/negotiate?negotiateVersion=1", content: null).InTime();
        var answer = JsonNode.Parse(await negotiation.Content.ReadAsStringAsync())!;
        return (answer["connectionId"]!.GetValue<string>(), answer["connectionToken"]!.GetValue<string>());
    }
}
