using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Sse;

/// <summary>How a stream ends, and that it is a session like any other until then.</summary>
[TestFixture]
public sealed class SseEndTests
{
    private const string Room = "team:blue:room";
    private const int MessageBytes = 32 * 1024;

    [Test]
    public async Task Revocation_EndsWhatIsLost_AndTheStreamWithItsLastChannel()
    {
        await using var gateway = await TestGateway.StartAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        var (both, _) = await SseClient.SubscribeAsync(gateway, $"?channel={Room}&channel=silent:a", TestTokens.For("ann", "blue"));
        var (one, _) = await SseClient.SubscribeAsync(gateway, $"?channel={Room}", TestTokens.For("ann", "blue"));

        await gateway.Services.GetRequiredService<Revoker>().RevokeUserAsync("ann");
        await server.PublishAsync(Room, "message", "secret");
        await server.PublishAsync("silent:a", "message", "open");

        Assert.Multiple(async () =>
        {
            Assert.That(await both.NextAsync<SubscriptionMessage>("subscription"), Is.EqualTo(new SubscriptionMessage(Room, "revoked", "unauthenticated")));
            Assert.That((await both.NextEventAsync()).Data.GetString(), Is.EqualTo("open"));
            Assert.That(await one.NextAsync<SubscriptionMessage>("subscription"), Is.EqualTo(new SubscriptionMessage(Room, "revoked", "unauthenticated")));
            Assert.That((await one.NextAsync<JsonElement>("closed")).GetProperty("code").GetString(), Is.EqualTo("unauthenticated"));
            Assert.That(await one.TryNextAsync(), Is.Null);
        });
        both.Dispose();
    }

    [Test]
    public async Task EndOfTheSession_IsTold_AndEndsTheStream()
    {
        var settings = new ChangingSettings();
        await using var gateway = await TestGateway.StartAsync(sources: settings);
        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=silent:a");
        settings.Change(("Enabled", "false"));
        var closed = await client.NextAsync<JsonElement>("closed");
        Assert.Multiple(async () =>
        {
            Assert.That(closed.GetProperty("code").GetString(), Is.EqualTo("disabled"));
            Assert.That(closed.GetProperty("message").GetString(), Is.Not.Empty);
            Assert.That(await client.TryNextAsync(), Is.Null);
        });
    }

    [Test]
    public async Task Expiry_OfAToken_IsTold_WhereThereAreNoGuests()
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=silent:a", TestTokens.For("ann", new { }, TimeSpan.FromSeconds(2)));
        Assert.That((await client.NextAsync<JsonElement>("closed")).GetProperty("code").GetString(), Is.EqualTo("token_expired"));
        Assert.That(await client.TryNextAsync(), Is.Null);
    }

    [Test]
    public async Task Stream_IsAMember_ThatComesAndGoes_AndSeesOthers()
    {
        await using var gateway = await TestGateway.StartAsync();
        var observer = await gateway.ConnectAsync(TestTokens.For("bob"));
        await observer.SubscribeAsync(new { channels = new[] { "live:room" }, echo = false });

        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=live:room");
        var joined = await observer.NextPresenceAsync();
        await observer.UpdateProfileAsync(new { mood = "good\r\n" });
        PresenceMessage seen;
        do
        {
            seen = await client.NextAsync<PresenceMessage>("presence");
        }
        while (seen.Type == "join");

        client.Dispose();
        var left = await observer.NextPresenceAsync();
        Assert.Multiple(() =>
        {
            Assert.That((joined.Type, joined.Member.UserId), Is.EqualTo(("join", (string?)null)));
            Assert.That((seen.Type, seen.Member.UserId), Is.EqualTo(("update", "bob")));
            Assert.That(seen.Member.Profile!.Value.GetProperty("mood").GetString(), Is.EqualTo("good\r\n"));
            Assert.That((left.Type, left.Member.Id), Is.EqualTo(("leave", joined.Member.Id)));
            Assert.That(gateway.Services.GetRequiredService<SessionRegistry>().Find(joined.Member.Id["guest:".Length..]), Is.Null);
        });
    }

    [Test]
    public async Task SlowReader_IsClosedAlone_AndRecovers()
    {
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "log:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:Write:0", "any"),
            ("Channels:4:History:Size", "10000"),
        ]);
        var sessions = gateway.Services.GetRequiredService<SessionRegistry>();
        var reader = await gateway.ConnectAsync();
        await reader.SubscribeAsync("log:flood");
        var (slow, _) = await SseClient.SubscribeAsync(gateway, "?channel=log:flood", TestTokens.For("slow"));
        var data = new string('x', MessageBytes);

        // Each is awaited at the reader before the next: it is fast, and alone decides the pace.
        var sent = 0;
        while (sessions.OfUser("slow").Count > 0 && sent < 1_000)
        {
            await reader.SendAsync("log:flood", "message", data);
            await reader.NextEventAsync();
            sent++;
        }

        Assert.That(sessions.OfUser("slow"), Is.Empty, "the one that stopped reading was closed");
        var heard = await ReadToTheEndAsync(slow);
        Assert.That(heard, Has.Count.LessThan(sent));

        var (back, missed) = await SseClient.SubscribeAsync(gateway, "?channel=log:flood", TestTokens.For("slow"), slow.LastId);
        Assert.That(back.Answer!.Channels.Single().Recovered, Is.True);
        Assert.That(heard.Concat(missed.Select(one => one.Offset!.Value)), Is.EqualTo(Enumerable.Range(1, sent)));
        back.Dispose();
    }

    [Test]
    public async Task StuckWrite_EndsIt_ThoughLittleIsUnsent()
    {
        await using var gateway = await TestGateway.StartAsync([("Limits:OutboundBytes", "67108864"), ("Limits:WriteTimeout", "00:00:01")]);
        var observer = await gateway.ConnectAsync();
        await observer.SubscribeAsync(new { channels = new[] { "live:flood" }, echo = false, events = new[] { "none" } });
        var (slow, _) = await SseClient.SubscribeAsync(gateway, "?channel=live:flood");
        await observer.NextPresenceAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        for (var i = 0; i < 1_000; i++)
        {
            await server.PublishAsync("live:flood", "message", new string('x', MessageBytes));
        }

        Assert.That((await observer.NextPresenceAsync()).Type, Is.EqualTo("leave"));
        slow.Dispose();
    }

    [Test]
    [Platform("Linux")]
    public async Task Vanished_IsNotWaitedFor_LongerThanAWriteMayBeStuck()
    {
        Socket? socket = null;
        await using var gateway = await TestGateway.StartAsync(pipeline: app => app.Use((context, next) =>
        {
            socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
            return next(context);
        }));
        var (client, _) = await SseClient.SubscribeAsync(gateway, "?channel=silent:a");
        var milliseconds = new byte[sizeof(int)];
        socket!.GetRawSocketOption(optionLevel: 6, optionName: 18, milliseconds);
        Assert.That(BitConverter.ToInt32(milliseconds), Is.EqualTo(60_000));
        client.Dispose();
    }

    private static async Task<List<long>> ReadToTheEndAsync(SseClient client)
    {
        var offsets = new List<long>();
        try
        {
            while (true)
            {
                offsets.Add((await client.NextEventAsync()).Offset!.Value);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return offsets; // Cut off.
        }
    }
}
