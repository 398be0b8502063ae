using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>What is revoked ends at once, and is refused on every way back (promise 9).</summary>
[TestFixture]
public sealed class RevokerTests
{
    private const string Room = "team:blue:room";

    private TestGateway _gateway = null!;
    private Revoker _revoker = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync(
        [
            ("Channels:2:History:Size", "1000"),
            ("Limits:MessageBytes", "65536"),
        ]);
        _revoker = _gateway.Services.GetRequiredService<Revoker>();
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task User_LosesAllSessions_OfWhatHisTokensGave_AndKeepsTheConnection()
    {
        var (one, other) = (await ConnectAsync("ann"), await ConnectAsync("ann"));
        var bob = await ConnectAsync("bob");

        await _revoker.RevokeUserAsync("ann");
        await _server.PublishAsync(Room, "message", "secret");
        await _server.PublishAsync("$user:ann", "user:update", "secret");
        await _server.PublishAsync("chat:lobby", "message", "open");

        foreach (var client in new[] { one, other })
        {
            Assert.Multiple(async () =>
            {
                Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage(Room, "revoked", "unauthenticated")));
                Assert.That(await HeardAsync(client), Is.EqualTo(new[] { "open" }));
            });
        }

        Assert.That(await HeardAsync(bob), Is.EqualTo(new[] { "secret", "open" }));
    }

    [Test]
    public async Task EveryWayBack_IsRefusedToTheOldToken_AndOpenToANewerOne()
    {
        var old = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(2));
        var client = await _gateway.ConnectAsync(old);
        await client.SubscribeAsync(Room);
        var last = await _server.PublishAsync(Room, "message", "before");

        await _revoker.RevokeUserAsync("ann");
        await _server.PublishAsync(Room, "message", "after");

        var back = new { channels = new[] { new { channel = Room, since = new Position(last.Epoch!, last.Offset!.Value) } } };
        const string Denied = "permission_denied: You may not read 'team:blue:room'.";
        const string Revoked = "unauthenticated: The token was revoked; get a new one.";
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", back), Is.EqualTo(Denied), "recovery on the same connection");
            Assert.That(await client.ErrorOfAsync("GetHistory", new { channel = Room }), Is.EqualTo(Denied));
            Assert.That(await client.ErrorOfAsync("GetMembers", Room), Does.StartWith("permission_denied: "));
            Assert.That(await client.ErrorOfAsync("Send", Room, "message", 1), Does.StartWith("permission_denied: "));
            Assert.That(await client.ErrorOfAsync("Authenticate", old), Is.EqualTo(Revoked));
            Assert.That(() => _gateway.ConnectAsync(old), Throws.InstanceOf<WebSocketException>(), "reconnect");
            Assert.That((await _gateway.GetAsync("/api/channels/team:blue:room/members", old)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        });

        // A newer token: of another second than the revocation.
        var newer = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(-2));
        var returned = await _gateway.ConnectAsync(newer);
        await client.AuthenticateAsync(newer);
        await returned.SubscribeAsync(back);
        Assert.Multiple(async () =>
        {
            Assert.That((await client.SubscribeAsync(Room)).Channels.Single().Position!.Offset, Is.EqualTo(2));
            Assert.That(await HeardAsync(returned), Is.EqualTo(new[] { "after" }));
        });
    }

    [Test]
    public async Task Token_IsRevokedAlone_AndSoIsThatOfASession()
    {
        var phone = await _gateway.ConnectAsync(TestTokens.For("ann", new { teams = new[] { "blue" }, jti = "phone" }));
        var laptop = await _gateway.ConnectAsync(TestTokens.For("ann", new { teams = new[] { "blue" }, jti = "laptop" }));
        var desk = await _gateway.ConnectAsync(TestTokens.For("ann", new { teams = new[] { "blue" }, desk = true }));
        foreach (var client in new[] { phone, laptop, desk })
        {
            await client.SubscribeAsync(Room);
        }

        var deskId = await desk.FindIdAsync();
        await _revoker.RevokeTokenAsync("phone", "stolen");
        await _server.PublishAsync(Room, "message", 1);
        var isDesk = await _revoker.RevokeSessionAsync(deskId);
        await _server.PublishAsync(Room, "message", 2);

        Assert.Multiple(async () =>
        {
            Assert.That((await phone.NextRevocationAsync()).Reason, Is.EqualTo("stolen"));
            Assert.That(await phone.EventsUntilNowAsync(), Is.Empty);
            Assert.That(isDesk?.OrThrow().Complete, Is.True);
            Assert.That((await desk.NextRevocationAsync()).Reason, Is.EqualTo("unauthenticated"));
            Assert.That(await desk.EventsUntilNowAsync(), Has.Count.EqualTo(1));
            Assert.That(await laptop.EventsUntilNowAsync(), Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task Guest_HasNothingToRevoke()
    {
        var guest = await _gateway.ConnectAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await _revoker.RevokeSessionAsync(await guest.FindIdAsync()), Is.Null);
            Assert.That(await _revoker.RevokeSessionAsync("nobody"), Is.Null);
        });
    }

    [Test]
    public async Task WhileHeReadsWhatHeMissed_ItEndsToo()
    {
        // More than fits into his queue and the machine's buffers, so the replay is under way until he reads on.
        var last = await _server.PublishAsync(Room, "message", "first");
        for (var i = 0; i < 500; i++)
        {
            await _server.PublishAsync(Room, "message", new string('x', 60_000));
        }

        var reader = await _gateway.ConnectRawAsync(TokenFor("ann"));
        await reader.SendAsync(
            $$$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":[{"channels":[{"channel":"{{{Room}}}","since":{"epoch":"{{{last.Epoch}}}","offset":1}}]}]}""");
        await reader.NextOfTypeAsync(1);

        await _revoker.RevokeUserAsync("ann");
        await _server.PublishAsync(Room, "message", "after");

        var (events, notices) = (0, new List<string>());
        while (notices.Count == 0)
        {
            var call = await reader.NextOfTypeAsync(1);
            if (call["target"]!.GetValue<string>() == "subscription")
            {
                notices.Add(call["arguments"]![0]!["state"]!.GetValue<string>());
            }
            else
            {
                events++;
            }
        }

        var afterwards = new List<int>();
        JsonNode answer;
        do
        {
            answer = await reader.NextAsync();
            afterwards.Add(answer["type"]!.GetValue<int>());
        }
        while (afterwards[^1] != 3);

        Assert.Multiple(() =>
        {
            Assert.That(notices, Is.EqualTo(new[] { "revoked" }));
            Assert.That(events, Is.LessThan(499), "it ended before he had everything");
            Assert.That(afterwards, Has.None.EqualTo(1), "and nothing comes after the notice but the answer, and pings");
            Assert.That(answer["result"]!["channels"]![0]!["recovered"]!.GetValue<bool>(), Is.False);
        });
    }

    [Test]
    public async Task WhatIsBeingReadForHim_IsNotHandedOut_OnceHeLostTheRight()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gateway = await TestGateway.StartAsync(
            [("Channels:2:History:Size", "10")],
            services => services.AddSingleton<IBroker>(provider => new HinderedBroker(ActivatorUtilities.CreateInstance<MemoryBroker>(provider))));
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        var client = await gateway.ConnectAsync(TokenFor("ann"));
        await server.PublishAsync(Room, "message", "before");
        ((HinderedBroker)gateway.Services.GetRequiredService<IBroker>()).BeforeReading = () =>
        {
            reading.TrySetResult();
            return goOn.Task;
        };

        var history = client.ErrorOfAsync("GetHistory", new { channel = Room });
        await reading.Task.InTime();
        await gateway.Services.GetRequiredService<Revoker>().RevokeUserAsync("ann");
        await server.PublishAsync(Room, "message", "after");
        goOn.SetResult();

        Assert.That(await history, Is.EqualTo("permission_denied: You may not read 'team:blue:room'."));
    }

    [Test]
    public async Task RequiredSession_IsClosed_WhenItsTokenIsRevoked()
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var client = await gateway.ConnectAsync(TestTokens.For("ann"));
        await gateway.Services.GetRequiredService<Revoker>().RevokeUserAsync("ann");
        Assert.That((await client.Closed)?.Message, Does.Contain("unauthenticated: The token was revoked; get a new one."));
    }

    [Test]
    public async Task UnderLoad_NothingPublishedAfterTheAnswer_Arrives()
    {
        using var stop = new CancellationTokenSource();
        var publishing = PublishAsync("before", stop.Token);
        try
        {
            for (var round = 0; round < 20; round++)
            {
                var user = $"user-{round}";
                var client = await ConnectAsync(user);
                await client.NextEventAsync();

                await _revoker.RevokeUserAsync(user);
                await _server.PublishAsync(Room, "message", "after");

                Assert.That(await HeardAsync(client), Has.None.EqualTo("after"));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await publishing;
        }
    }

    // About a thousand a second.
    private async Task PublishAsync(string text, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < 5; i++)
            {
                await _server.PublishAsync(Room, "message", text, CancellationToken.None);
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static string TokenFor(string userId, TimeSpan issuedBefore = default) => TestTokens.For(
        userId,
        new { teams = new[] { "blue" }, iat = (DateTimeOffset.UtcNow - issuedBefore).ToUnixTimeSeconds() });

    private async Task<TestClient> ConnectAsync(string userId)
    {
        var client = await _gateway.ConnectAsync(TokenFor(userId));
        await client.SubscribeAsync(new[] { Room, "chat:lobby" });
        return client;
    }

    private static async Task<IEnumerable<string?>> HeardAsync(TestClient client) =>
        (await client.EventsUntilNowAsync()).Select(heard => heard.Data.GetString());
}
