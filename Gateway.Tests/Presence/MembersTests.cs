using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Presence;

/// <summary>Who is in a channel, asked on the hub and over HTTP.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class MembersTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Members_AreUsersOnce_AndGuestsByConnection_TheSameOnBothSurfaces()
    {
        var (laptop, phone, guest) = (await JoinAsync("ann"), await JoinAsync("ann"), await JoinAsync(null));
        var guestId = await guest.FindIdAsync();

        var onHub = await laptop.GetMembersAsync("chat:lobby");
        var overHttp = await GetAsync<ChannelMembers>("/api/channels/chat:lobby/members");

        Assert.Multiple(() =>
        {
            Assert.That(onHub.Count, Is.EqualTo(2));
            Assert.That(
                onHub.Members.Select(member => (member.Id, member.UserId, member.Connections)),
                Is.EqualTo(new (string, string?, int)[] { ("guest:" + guestId, null, 1), ("user:ann", "ann", 2) }));
            Assert.That(overHttp.Channel, Is.EqualTo("chat:lobby"));
            Assert.That(overHttp.Members, Is.EqualTo(onHub.Members));
        });

        await phone.UnsubscribeAsync("chat:lobby");
        Assert.That((await laptop.GetMembersAsync("chat:lobby")).Members[1].Connections, Is.EqualTo(1));
        await laptop.UnsubscribeAsync("chat:lobby");
        Assert.That((await guest.GetMembersAsync("chat:lobby")).Members.Select(member => member.Id), Is.EqualTo(new[] { "guest:" + guestId }));
    }

    [Test]
    public async Task Members_FollowWhoASessionIs()
    {
        var client = await JoinAsync("ann");
        Assert.That((await client.GetMembersAsync("chat:lobby")).Members.Single().Id, Is.EqualTo("user:ann"));
        await client.AuthenticateAsync(TestTokens.For("bob"));
        Assert.That((await client.GetMembersAsync("chat:lobby")).Members.Single().Id, Is.EqualTo("user:bob"));
    }

    [TestCase("/api/%63hannels/chat:lobby/members")]
    [TestCase("/api/channels/chat:lobby/members/")]
    public async Task Http_FindsTheName_HoweverThePathIsWritten(string path)
    {
        await JoinAsync("ann");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_gateway.Url.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var response = await _gateway.Http.SendAsync(request);
        Assert.That(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["channel"]!.GetValue<string>(), Is.EqualTo("chat:lobby"));
    }

    [Test]
    public async Task Page_IsExactOnTheWire()
    {
        await JoinAsync("ann");
        var raw = await _gateway.ConnectRawAsync();
        var page = (await raw.InvokeAsync("GetMembers", """["chat:lobby"]"""))["result"]!;
        var joinedAt = page["members"]![0]!["joinedAt"]!.ToJsonString();
        Assert.That(page.ToJsonString(), Is.EqualTo(
            $$$"""{"count":1,"members":[{"id":"user:ann","userId":"ann","connections":1,"profile":null,"joinedAt":{{{joinedAt}}}}]}"""));
    }

    [Test]
    public async Task Pages_FollowEachOther_WhoeverComesOrGoesMeanwhile()
    {
        foreach (var user in new[] { "a", "b", "d", "e" })
        {
            await JoinAsync(user);
        }

        var client = await JoinAsync("f");
        var first = await client.GetMembersAsync(new { channel = "chat:lobby", limit = 2 });
        await JoinAsync("c");
        await JoinAsync("0");
        var second = await client.GetMembersAsync(new { channel = "chat:lobby", limit = 2, cursor = first.Cursor });
        var third = await GetAsync<ChannelMembers>($"/api/channels/chat:lobby/members?limit=2&cursor={second.Cursor}");
        Assert.Multiple(() =>
        {
            Assert.That(first.Members.Select(member => member.UserId), Is.EqualTo(new[] { "a", "b" }));
            Assert.That(second.Members.Select(member => member.UserId), Is.EqualTo(new[] { "c", "d" }));
            Assert.That(third.Members.Select(member => member.UserId), Is.EqualTo(new[] { "e", "f" }));
            Assert.That(third.Cursor, Is.Null);
            Assert.That(third.Count, Is.EqualTo(7));
        });
    }

    [TestCase("/api/channels/chat:lobby/members?limit=0", 400, "invalid_request")]
    [TestCase("/api/channels/chat:lobby/members?limit=1001", 400, "invalid_request")]
    [TestCase("/api/channels/chat:lobby/members?limit=many", 400, "invalid_request")]
    [TestCase("/api/channels/chat:lobby/members?cursor=%3F", 400, "invalid_request")]
    [TestCase("/api/channels/chat%20lobby/members", 400, "invalid_channel")]
    [TestCase("/api/channels/chat:*/members", 400, "invalid_channel")]
    [TestCase("/api/channels/silent:room/members", 403, "permission_denied")]
    [TestCase("/api/channels/team:blue:room/members", 403, "permission_denied")]
    [TestCase("/api/channels/nowhere/members", 403, "permission_denied")]
    public async Task Http_RefusesAsProblem(string path, int status, string code)
    {
        using var response = await _gateway.GetAsync(path);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo(code));
            Assert.That(problem["status"]!.GetValue<int>(), Is.EqualTo(status));
        });
    }

    [Test]
    public async Task Http_AsksTheSamePermissionsAsTheHub()
    {
        using var member = await _gateway.GetAsync("/api/channels/team:blue:room/members", TestTokens.For("ann", "blue"));
        using var stranger = await _gateway.GetAsync("/api/channels/team:blue:room/members", TestTokens.For("bob", "red"));
        Assert.Multiple(() =>
        {
            Assert.That(member.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        });
    }

    [TestCase("chat:a/b", "chat:a%2Fb")]
    [TestCase("chat:a%2Fb", "chat:a%252Fb")]
    [TestCase("chat:a+b", "chat:a+b")]
    [TestCase("chat:a?b#c", "chat:a%3Fb%23c")]
    public async Task Name_TravelsEncodedOnce_AndNamesThatDifferStayApart(string channel, string segment)
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync(channel);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{_gateway.Url}api/channels/{segment}/members", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var response = await _gateway.Http.SendAsync(request);
        var members = JsonSerializer.Deserialize<ChannelMembers>(await response.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
        Assert.Multiple(() =>
        {
            Assert.That(members.Channel, Is.EqualTo(channel));
            Assert.That(members.Count, Is.EqualTo(1));
        });
    }

    private async Task<TestClient> JoinAsync(string? userId)
    {
        var client = await _gateway.ConnectAsync(userId is null ? null : TestTokens.For(userId));
        await client.SubscribeAsync("chat:lobby");
        return client;
    }

    private async Task<T> GetAsync<T>(string path)
    {
        using var response = await _gateway.GetAsync(path);
        return JsonSerializer.Deserialize<T>(await response.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
    }
}
