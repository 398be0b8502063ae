using System.Text;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>Many proxies ask for an upgrade with every request, a WebSocket's or not.</summary>
[TestFixture]
public sealed class ProxiedUpgradeTests
{
    [TestCase("text/event-stream")]
    [TestCase("*/*")]
    public async Task ClientWithoutWebSockets_IsAnswered_ThoughItsRequestsAskForAnUpgrade(string accept)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var negotiation = await gateway.Http.PostAsync("/realtime/negotiate?negotiateVersion=1", content: null).InTime();
        var token = JsonNode.Parse(await negotiation.Content.ReadAsStringAsync())!["connectionToken"]!.GetValue<string>();
        var path = "/realtime?id=" + token;
        if (accept == "*/*")
        {
            using var begun = await SendAsync(gateway, HttpMethod.Get, path, accept); // The first poll is answered at once.
        }

        using var stream = accept == "*/*" ? null : await SendAsync(gateway, HttpMethod.Get, path, accept);
        using var said = await SendAsync(gateway, HttpMethod.Post, path, accept, "{\"protocol\":\"json\",\"version\":1}\u001e");
        Assert.That(said.IsSuccessStatusCode, Is.True);

        using var answer = stream ?? await SendAsync(gateway, HttpMethod.Get, path, accept);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var read = new StringBuilder();
        var buffer = new char[256];
        while (!read.ToString().Contains("{}\u001e", StringComparison.Ordinal))
        {
            var count = await reader.ReadAsync(buffer).AsTask().InTime();
            Assert.That(count, Is.Not.Zero, "the handshake is answered");
            read.Append(buffer, 0, count);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, HttpMethod method, string path, string accept, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Connection.Add("upgrade");
        request.Headers.Accept.ParseAdd(accept);
        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
    }
}
