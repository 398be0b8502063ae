using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>One decision on every surface (promise 8): who holds a role has what it is given, asked in whatever way, and nobody else has.</summary>
[TestFixture]
public sealed class ParityTests
{
    // What the tests' gateways have.
    private const string BroadcastRole = "label:admin";

    /// <summary>The table: who holds which role.</summary>
    private static readonly (string Role, string Holders)[] Table =
    [
        ("any", "guest ann vera blue editor member admin key"),
        ("guests", "guest key"),
        ("users", "ann vera blue editor member admin"),
        ("users/verified", "vera"),
        ("users/unverified", "ann blue editor member admin"),
        ("user:ann", "ann"),
        ("user:vera/verified", "vera"),
        ("user:ann/verified", ""),
        ("team:blue", "blue editor"),
        ("team:blue/editor", "editor"),
        ("member:m1", "member"),
        ("label:admin", "admin"),
        ("key:server", "key"),
    ];

    private static readonly Dictionary<string, Asker> Askers = new()
    {
        ["guest"] = new(Token: null, Key: null),
        ["ann"] = new(TestTokens.For("ann"), Key: null),
        ["vera"] = new(TestTokens.For("vera", new { email_verified = true }), Key: null),
        ["blue"] = new(TestTokens.For("b", "blue"), Key: null),
        ["editor"] = new(TestTokens.For("e", "blue/editor"), Key: null),
        ["member"] = new(TestTokens.For("m", new { memberships = "m1" }), Key: null),
        ["admin"] = new(TestTokens.For("a", new { labels = "admin" }), Key: null),
        ["key"] = new(Token: null, Key: "server"),
    };

    private readonly Dictionary<string, TestClient> _clients = [];
    private TestGateway _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync([.. RestGateway.Keys(("server", ["connect"], null), ("backend", ["admin"], null)), .. Policies()]);
        foreach (var (name, asker) in Askers)
        {
            _clients[name] = await _gateway.ConnectAsync(asker.Token, asker.Key is null ? null : asker.Key + "-key");
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public Task Read_IsTheSameEverywhere() => CompareAsync("read", async (channel, name) =>
    {
        var first = await _gateway.AskAsync("POST /api/publish", $$"""{"channel":"{{channel}}","event":"message"}""", "backend");
        var since = new Position(first.Body["epoch"]!.GetValue<string>(), first.Body["offset"]!.GetValue<long>() - 1);
        var client = _clients[name];
        var answers = new[]
        {
            ("recovery", await IsAllowedAsync(client.SubscribeAsync(new { channels = new[] { new { channel, since } } }))),
            ("subscribe", await IsAllowedAsync(client.SubscribeAsync(channel))),
            ("history on the hub", await IsAllowedAsync(client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel }).InTime())),
            ("history over HTTP", await IsAllowedAsync(name, $"GET /api/channels/{channel}/history")),
            ("event stream", await IsStreamedAsync(channel, name)),
        };
        await _gateway.AskAsync("POST /api/publish", $$"""{"channel":"{{channel}}","event":"live"}""", "backend");
        var heard = (await client.EventsUntilNowAsync()).Where(message => message.Channel == channel).ToArray();
        return [.. answers, ("replayed", heard.Any(message => message.Replayed)), ("live", heard.Any(message => message.Event == "live"))];
    });

    [Test]
    public Task Write_IsTheSameEverywhere() => CompareAsync("write", async (channel, name) =>
    [
        ("hub", await IsAllowedAsync(_clients[name].SendAsync(channel, "message", 1))),
        ("HTTP", await IsAllowedAsync(name, "POST /api/publish", $$"""{"channel":"{{channel}}","event":"message"}""")),
        ("batch", (await AskAsync(name, "POST /api/publish/batch", $$"""{"publications":[{"channel":"{{channel}}","event":"message"}]}""")).Body.Contains("\"id\"", StringComparison.Ordinal)),
    ]);

    [Test]
    public Task Presence_IsTheSameEverywhere() => CompareAsync("presence", async (channel, name) =>
    {
        var client = _clients[name];
        await client.SubscribeAsync(channel);
        await client.PresenceUntilNowAsync();
        await using var newcomer = await TestClient.ConnectAsync(_gateway.HubUrl, TestTokens.For("newcomer-" + name));
        await newcomer.SubscribeAsync(channel);
        await newcomer.UnsubscribeAsync(channel);
        var told = (await client.PresenceUntilNowAsync()).Where(change => change.Member.UserId == "newcomer-" + name).Select(change => change.Type).ToArray();
        return
        [
            ("hub", await IsAllowedAsync(client.GetMembersAsync(channel))),
            ("HTTP", await IsAllowedAsync(name, $"GET /api/channels/{channel}/members")),
            ("count", await IsAllowedAsync(name, $"GET /api/channels/{channel}")),
            ("join", told.Contains("join")),
            ("leave", told.Contains("leave")),
            ("event stream", await IsStreamedWhoComesAsync(channel, name)),
        ];
    });

    [Test]
    public Task Hidden_IsWhatTheTableSays() => CompareAsync("hidden", async (channel, name) =>
        [("hub", await IsAllowedAsync(_clients[name].SubscribeAsync(new { channels = new[] { channel }, id = channel, hidden = true })))]);

    [Test]
    public async Task Broadcast_IsTheSameEverywhere()
    {
        var holders = Table.Single(row => row.Role == BroadcastRole).Holders.Split(' ');
        foreach (var name in Askers.Keys)
        {
            Assert.Multiple(async () =>
            {
                Assert.That(await IsAllowedAsync(_clients[name].BroadcastAsync("notice", 1)), Is.EqualTo(holders.Contains(name)), $"{name} on the hub");
                Assert.That(await IsAllowedAsync(name, "POST /api/broadcast", """{"event":"notice"}"""), Is.EqualTo(holders.Contains(name)), $"{name} over HTTP");
            });
        }
    }

    // Each role has a channel for each right, which it alone is given there.
    private static IEnumerable<(string Key, string Value)> Policies()
    {
        var policy = 4;
        for (var i = 0; i < Table.Length; i++)
        {
            foreach (var right in new[] { "Read", "Write", "Presence", "Hidden" })
            {
                var path = $"Channels:{policy++}";
                yield return ($"{path}:Pattern", ChannelOf(i, right));
                yield return ($"{path}:{right}:0", Table[i].Role);
                yield return ($"{path}:History:Size", "100");
                if (right is "Presence" or "Hidden")
                {
                    yield return ($"{path}:Read:0", "any");
                }
            }
        }
    }

    private static string ChannelOf(int row, string right) => $"cell{row}:{right.ToLowerInvariant()}";

    // Asks everybody everything, and compares each answer with the table.
    private static async Task CompareAsync(string right, Func<string, string, Task<(string Surface, bool Allowed)[]>> ask)
    {
        var differences = new List<string>();
        for (var row = 0; row < Table.Length; row++)
        {
            var (role, holders) = Table[row];
            foreach (var name in Askers.Keys)
            {
                var expected = holders.Split(' ').Contains(name);
                differences.AddRange((await ask(ChannelOf(row, right), name))
                    .Where(answer => answer.Allowed != expected)
                    .Select(answer => $"{right} by {role}: {name}, {answer.Surface}: {(answer.Allowed ? "allowed" : "denied")}"));
            }
        }

        Assert.That(differences, Is.Empty);
    }

    private static async Task<bool> IsAllowedAsync(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (HubException refusal) when (refusal.Message.StartsWith("permission_denied: ", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task<bool> IsAllowedAsync(string name, string call, string? body = null)
    {
        var (status, answer) = await AskAsync(name, call, body);
        Assert.That(status, Is.EqualTo(200).Or.EqualTo(403), answer);
        return status == 200;
    }

    private async Task<bool> IsStreamedAsync(string channel, string name)
    {
        using var response = await SseClient.GetAsync(_gateway, StreamOf(channel, name), Askers[name].Token);
        Assert.That((int)response.StatusCode, Is.EqualTo(200).Or.EqualTo(403));
        return response.IsSuccessStatusCode;
    }

    private async Task<bool> IsStreamedWhoComesAsync(string channel, string name)
    {
        var (stream, _) = await SseClient.SubscribeAsync(_gateway, StreamOf(channel, name), Askers[name].Token);
        using var reading = stream;
        await using var newcomer = await TestClient.ConnectAsync(_gateway.HubUrl, TestTokens.For("streamed-" + name));
        await newcomer.SubscribeAsync(channel);
        await _gateway.AskAsync("POST /api/publish", $$"""{"channel":"{{channel}}","event":"message"}""", "backend");
        while (true)
        {
            var next = await stream.NextAsync();
            if (next.EventType == "event" || next.Data.Contains("streamed-" + name, StringComparison.Ordinal))
            {
                return next.EventType == "presence";
            }
        }
    }

    private static string StreamOf(string channel, string name) =>
        $"?channel={channel}{(Askers[name].Key is { } key ? $"&api_key={key}-key" : string.Empty)}";

    private async Task<(int Status, string Body)> AskAsync(string name, string call, string? body)
    {
        var (status, answer) = await _gateway.AskAsync(call, body, Askers[name].Key, Askers[name].Token);
        return (status, answer.ToJsonString());
    }

    private sealed record Asker(string? Token, string? Key);
}
