using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>
/// Nothing that is a secret, and nothing that somebody wrote to somebody, is in what the program says, whatever the levels
/// (promise 15).
/// </summary>
[TestFixture]
public sealed class LogCanaryTests
{
    private const string ApiKey = "canary-key-good";
    private const string WrongKey = "canary-key-wrong";
    private const string Payload = "canary-payload";
    private const char End = '\u001e';

    private readonly string _token = TestTokens.For("ann");
    private readonly string _other = TestTokens.For("bob");
    private readonly List<string> _connectionTokens = [];

    [TestCase("Debug")]
    [TestCase("Trace")]
    public async Task Secrets_AreNotSaid_AtAnyLevel(string level)
    {
        await using var program = await GatewayProgram.StartAsync(
            ProgramTests.Binary,
            Repository.Folder,
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("Gateway__Auth__Jwt__Secret", TestTokens.Secret),
            ("Gateway__Auth__ApiKeys__0__Name", "canary"),
            ("Gateway__Auth__ApiKeys__0__Sha256", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)))),
            ("Gateway__Auth__ApiKeys__0__Scopes__0", "connect"),
            ("Logging__LogLevel__Default", level),
            ("Logging__LogLevel__Microsoft", level),
            ("Logging__Console__LogLevel__Default", level),
            ("Logging__Console__LogLevel__Microsoft", level));
        var end = program.UntilItEndsAsync();
        using var http = new HttpClient { BaseAddress = new Uri(program.Url) };

        await SpeakByWebSocketAsync(program.Url);
        await SpeakByServerSentEventsAsync(http);
        await SpeakByLongPollingAsync(http);
        await AskAsync(http);
        await SpeakWrongHttpAsync(program.Url);

        await program.TerminateAsync();
        var (_, said) = await end.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(said, Does.Contain("RealtimeGateway.Sessions.Session").And.Contain("Microsoft.AspNetCore.Routing"), "it does log");
            foreach (var secret in (string[])[_token, _other, TestTokens.Forged, ApiKey, WrongKey, Payload, TestTokens.Secret, .. _connectionTokens])
            {
                var line = said.Split('\n').FirstOrDefault(line => line.Contains(secret, StringComparison.Ordinal));
                Assert.That(line, Is.Null, secret);
            }
        });
    }

    // The credentials where a browser has to put them, and every way of saying something.
    private async Task SpeakByWebSocketAsync(string url)
    {
        await using var client = await RawClient.ConnectAsync($"{url}realtime?access_token={_token}&api_key={ApiKey}", token: null);
        await using var byHeader = await RawClient.ConnectAsync($"{url}realtime?api_key={ApiKey}", _token);
        await client.InvokeAsync("Subscribe", """["chat:lobby"]""");
        await client.InvokeAsync("Subscribe", $$"""[{"id":"filtered","channels":["chat:lobby"],"filter":{"eq":["data.text","{{Payload}}"]} }]""");
        await client.InvokeAsync("Send", $"""["chat:lobby","message","{Payload}"]""");
        await client.InvokeAsync("Publish", $$"""[{"channel":"chat:lobby","event":"message","data":{"text":"{{Payload}}"} }]""");
        await client.InvokeAsync("Publish", $"[\"{Payload}\"]");
        await client.InvokeAsync("Broadcast", $"""["message","{Payload}"]""");
        await client.InvokeAsync("UpdateProfile", $$"""[{"name":"{{Payload}}"}]""");
        await client.InvokeAsync("GetHistory", """[{"channel":"chat:lobby"}]""");
        await client.InvokeAsync("GetMembers", """["chat:lobby"]""");
        await client.InvokeAsync("Nothing", $"[\"{Payload}\"]");
        await client.InvokeAsync("Send", $"[\"{Payload}\"]");
        await client.InvokeAsync("Send", $"""["chat:lobby","message","{Payload}{new string('x', 70_000)}"]""");
        await client.InvokeAsync("Authenticate", $"[\"{_other}\"]");
        await client.InvokeAsync("Authenticate", $"[\"{TestTokens.Forged}\"]");
        await client.InvokeAsync("Authenticate", $$"""[{"token":"{{_other}}"}]""");
        await client.SendAsync($$"""{"type":1,"target":"Authenticate","arguments":["{{_other}}"]}""");
        await client.SendAsync($"{Payload} is no JSON");
        await client.NextOfTypeAsync(7);
    }

    private async Task SpeakByServerSentEventsAsync(HttpClient http)
    {
        var query = await NegotiateAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, "realtime?" + query);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await PostAsync(http, query);
        while (!(await reader.ReadLineAsync().InTime())!.Contains("\"invocationId\":\"9\"", StringComparison.Ordinal))
        {
        }
    }

    private async Task SpeakByLongPollingAsync(HttpClient http)
    {
        var query = await NegotiateAsync(http);
        await http.GetStringAsync("realtime?" + query).InTime();
        await PostAsync(http, query);
        while (!(await http.GetStringAsync("realtime?" + query).InTime()).Contains("\"invocationId\":\"9\"", StringComparison.Ordinal))
        {
        }

        using var ended = await http.DeleteAsync("realtime?" + query).InTime();
    }

    private async Task<string> NegotiateAsync(HttpClient http)
    {
        var credentials = $"access_token={_token}&api_key={ApiKey}";
        using var answer = await http.PostAsync($"realtime/negotiate?negotiateVersion=1&{credentials}", content: null).InTime();
        var connectionToken = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["connectionToken"]!;
        _connectionTokens.Add(connectionToken);
        return $"id={Uri.EscapeDataString(connectionToken)}&{credentials}";
    }

    private static async Task PostAsync(HttpClient http, string query)
    {
        string[] messages =
        [
            """{"protocol":"json","version":1}""",
            $$"""{"type":1,"invocationId":"9","target":"Send","arguments":["chat:lobby","message","{{Payload}}"]}""",
        ];
        using var content = new StringContent(string.Concat(messages.Select(message => message + End)));
        using var answer = await http.PostAsync("realtime?" + query, content).InTime();
        answer.EnsureSuccessStatusCode();
    }

    // Wrong and right, in the query and in the header.
    private async Task AskAsync(HttpClient http)
    {
        foreach (var (token, key) in new[] { (_token, ApiKey), (TestTokens.Forged, ApiKey), (_token, WrongKey) })
        {
            foreach (var path in new[] { "api/channels/chat:lobby/members", "realtime", "nowhere" })
            {
                using var byQuery = await http.GetAsync($"{path}?access_token={token}&api_key={key}").InTime();
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Authorization = new("Bearer", token);
                request.Headers.Add("X-Api-Key", key);
                using var byHeader = await http.SendAsync(request).InTime();
            }
        }

        using var unfit = new StringContent($$"""{"userId":{"text":"{{Payload}}"} }""", Encoding.UTF8, "application/json");
        using var refused = await http.PostAsync($"dev/token?access_token={_token}", unfit).InTime();
    }

    // What is no HTTP is told by the server itself, with a piece of it.
    private async Task SpeakWrongHttpAsync(string url)
    {
        string[] requests =
        [
            $"GET /realtime?access_token={_token}&api_key={ApiKey} HTTP/9.9\r\nConnection: close\r\nHost: localhost\r\n\r\n",
            $"GET /realtime?access_token={_token} api_key={ApiKey} HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n",
            $"GET /realtime?api_key={ApiKey} HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nX-Api-Key {ApiKey}\r\n\r\n",
            $"GET /realtime HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nAuthorization: Bearer {_token}\u0001\r\n\r\n",
            $"GET realtime?api_key={ApiKey} HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n",
            $"GET /realtime?api_key={ApiKey}%00 HTTP/1.1\r\nConnection: close\r\nHost: {ApiKey}@\r\n\r\n",
        ];
        foreach (var request in requests)
        {
            using var peer = await RawPeer.ConnectAsync(url);
            await peer.TrySayAsync(request);
            await peer.Ended.InTime();
        }
    }
}
