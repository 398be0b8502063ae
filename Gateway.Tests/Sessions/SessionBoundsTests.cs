using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>
/// How many sessions a user and an address may have, and how many channels the node. A bound refuses what is new and takes nothing
/// away; what ends makes room.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class SessionBoundsTests
{
    private const string Here = "198.51.100.1";
    private const string Elsewhere = "198.51.100.2";
    private const string TooManyOfAnn = "limit_exceeded: A user has 2 sessions at most; end one first.";
    private const string TooManyHere = "limit_exceeded: One address has 2 sessions at most; end one first.";

    private readonly ConcurrentBag<IAsyncDisposable> _clients = [];
    private SemaphoreSlim _ended = null!;
    private TestGateway _gateway = null!;

    private SessionRegistry Sessions => _gateway.Services.GetRequiredService<SessionRegistry>();

    private ChannelRegistry Channels => _gateway.Services.GetRequiredService<ChannelRegistry>();

    private IRealtimePublisher Server => _gateway.Services.GetRequiredService<IRealtimePublisher>();

    [SetUp]
    public void Start() => _ended = new SemaphoreSlim(0);

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
        await _gateway.DisposeAsync();
        _ended.Dispose();
    }

    [Test]
    public async Task OneSessionMoreThanAUserMayHave_IsClosedWithTheReason_AndTheOthersGoOn()
    {
        await StartAsync(("Limits:SessionsPerUser", "2"));
        var (laptop, phone) = (await ConnectAsync("ann"), await ConnectAsync("ann", Elsewhere));
        await AssertIsRefusedAsync(await ConnectAsync("ann"), TooManyOfAnn);
        await AssertIsRefusedAsync(await ConnectAsync("ann", "198.51.100.3"), TooManyOfAnn);
        await (await ConnectAsync("Ann")).SubscribeAsync("chat:a");
        await (await ConnectAsync(null)).SubscribeAsync("chat:a");
        await Server.PublishAsync("$user:ann", "hello", 1);
        Assert.Multiple(async () =>
        {
            Assert.That((await laptop.NextEventAsync()).Channel, Is.EqualTo("$user:ann"));
            Assert.That((await phone.NextEventAsync()).Channel, Is.EqualTo("$user:ann"));
            Assert.That(await _gateway.Services.GetRequiredService<IPresence>().GetSessionsAsync("ann"), Has.Count.EqualTo(2), "nothing of the refused was ever seen");
        });
    }

    // What comes together with its handshake is there before it can be told.
    [Test]
    public async Task RefusedSession_DoesNothing_HoweverEarlyItAsks()
    {
        await StartAsync(("Limits:SessionsPerUser", "1"));
        var (listener, _) = (await ConnectAsync(null), await ConnectAsync("ann"));
        await listener.SubscribeAsync("live:a");
        var call = """{"type":1,"target":"Send","arguments":["live:a","message",1]}""" + '\u001e';
        var all = "{\"protocol\":\"json\",\"version\":1}\u001e" + string.Concat(Enumerable.Repeat(call, 20));
        for (var i = 0; i < 20; i++)
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", "Bearer " + TestTokens.For("ann"));
            await socket.ConnectAsync(new Uri(_gateway.HubUrl.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
            await socket.SendAsync(Encoding.UTF8.GetBytes(all), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).InTime();
            while ((await socket.ReceiveAsync(new byte[1_000], CancellationToken.None).InTime()).MessageType != WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
            await _ended.WaitAsync().InTime();
        }

        Assert.That(await listener.EventsUntilNowAsync(), Is.Empty);
    }

    [TestCase("closed")]
    [TestCase("cut off")]
    [TestCase("gone by its own message")]
    [TestCase("gone by nonsense")]
    [TestCase("closed by the gateway")]
    [TestCase("closed for what it did too often")]
    public async Task HoweverASessionEnds_ThereIsRoomAgain(string way)
    {
        await StartAsync(("Limits:SessionsPerUser", "2"), ("Limits:SessionsPerAddress", "3"), ("RateLimits:Publish:0:Permits", "1"), ("RateLimits:Publish:0:Window", "01:00:00"));
        var stays = await ConnectAsync("ann");
        var id = await stays.FindIdAsync();
        if (way == "closed")
        {
            await (await ConnectAsync("ann")).DisposeAsync();
            await _ended.WaitAsync().InTime();
        }
        else
        {
            await EndAsync(await RawClient.ConnectAsync(_gateway.HubUrlFrom(Here), TestTokens.For("ann")), way, other: id);
        }

        await (await ConnectAsync("ann")).SubscribeAsync("chat:a");
        await AssertIsRefusedAsync(await ConnectAsync("ann", Elsewhere), TooManyOfAnn);
        await (await ConnectAsync("bob")).SubscribeAsync("chat:a");
        await AssertIsRefusedAsync(await ConnectAsync("bob"), "limit_exceeded: One address has 3 sessions at most; end one first.");
        await stays.SubscribeAsync("chat:a");
    }

    [Test]
    public async Task SessionThatBecomesAnother_MakesRoomForTheUserThatItWas()
    {
        await StartAsync(("Limits:SessionsPerUser", "2"));
        var (one, _) = (await ConnectAsync("ann"), await ConnectAsync("ann"));
        await one.AuthenticateAsync(null);
        await (await ConnectAsync("ann")).SubscribeAsync("chat:a");
        await AssertIsRefusedAsync(await ConnectAsync("ann"), TooManyOfAnn);
        await one.AuthenticateAsync(TestTokens.For("bob"));
        await (await ConnectAsync("bob")).SubscribeAsync("chat:a");
        await AssertIsRefusedAsync(await ConnectAsync("bob"), "limit_exceeded: A user has 2 sessions at most; end one first.");
    }

    [Test]
    public async Task SessionWhoseTokenExpires_MakesRoomForItsUser()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await StartAsync(services => services.AddSingleton<TimeProvider>(time), ("Limits:SessionsPerUser", "1"));
        var expiring = await ConnectAsync("ann");
        await expiring.SubscribeAsync("team:blue:room");
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.That((await expiring.NextRevocationAsync()).Reason, Is.EqualTo("token_expired"));
        var next = await TestClient.ConnectAsync(_gateway.HubUrl, TestTokens.For("ann", new { }, TimeSpan.FromHours(2)));
        _clients.Add(next);
        await next.SubscribeAsync("chat:a");
    }

    [TestCase(null)]
    [TestCase("bob")]
    public async Task Authenticate_BeyondTheBound_IsRefused_AndChangesNothing(string? was)
    {
        await StartAsync(("Limits:SessionsPerUser", "2"));
        var (laptop, phone, other) = (await ConnectAsync("ann"), await ConnectAsync("ann"), await ConnectAsync(was));
        await other.SubscribeAsync("chat:a");
        await other.UpdateProfileAsync(new { name = "as before" });
        Assert.That(await other.ErrorOfAsync("Authenticate", TestTokens.For("ann")), Is.EqualTo(TooManyOfAnn));
        await Server.PublishAsync("$user:ann", "hello", 1);
        await Server.PublishAsync("$user:bob", "hello", 2);
        await other.SendAsync("chat:a", "message", 3);
        var heard = await other.EventsUntilNowAsync();
        var member = (await other.GetMembersAsync("chat:a")).Members.Single();
        Assert.Multiple(async () =>
        {
            Assert.That(heard.Select(one => one.Data.GetInt32()), Is.EqualTo(was is null ? new[] { 3 } : [2, 3]));
            Assert.That(heard[^1].Sender!.UserId, Is.EqualTo(was));
            Assert.That(member.UserId, Is.EqualTo(was));
            Assert.That(member.Profile!.Value.GetProperty("name").GetString(), Is.EqualTo("as before"));
            Assert.That((await laptop.AuthenticateAsync(TestTokens.For("ann"))).UserId, Is.EqualTo("ann"), "who is in already may show another token");
        });
        await phone.DisposeAsync();
        await _ended.WaitAsync().InTime();
        Assert.That((await other.AuthenticateAsync(TestTokens.For("ann"))).UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task OneSessionMoreThanAnAddressMayHave_IsClosedWithTheReason_WhoeverItIs()
    {
        await StartAsync(("Limits:SessionsPerAddress", "2"));
        var (guest, user) = (await ConnectAsync(null), await ConnectAsync("ann"));
        await AssertIsRefusedAsync(await ConnectAsync(null), TooManyHere);
        await AssertIsRefusedAsync(await ConnectAsync("bob"), TooManyHere);
        await AssertIsRefusedAsync(await ConnectAsync("ann", "::ffff:" + Here), TooManyHere);
        await (await ConnectAsync("ann", Elsewhere)).SubscribeAsync("chat:a");
        await guest.SubscribeAsync("chat:a");
        await user.AuthenticateAsync(TestTokens.For("bob"));
        await guest.DisposeAsync();
        await _ended.WaitAsync().InTime();
        await (await ConnectAsync(null)).SubscribeAsync("chat:a");
        await AssertIsRefusedAsync(await ConnectAsync(null), TooManyHere);
    }

    [Test]
    public async Task LineOnIPv6_IsOneAddress()
    {
        await StartAsync(("Limits:SessionsPerAddress", "2"));
        var (one, other) = (await ConnectAsync(null, "2001:db8:0:1::1"), await ConnectAsync("ann", "2001:db8:0:1:2:3:4:5"));
        await AssertIsRefusedAsync(await ConnectAsync("bob", "2001:db8:0:1:ffff::"), TooManyHere);
        await (await ConnectAsync(null, "2001:db8:0:2::1")).SubscribeAsync("chat:a");
        await one.SubscribeAsync("chat:a");
        await other.SubscribeAsync("chat:a");
    }

    [Test]
    public async Task ManyAtTheSameTime_AreNotOneMoreThanTheBound_AndLeaveNothingBehind()
    {
        await StartAsync(("Limits:SessionsPerUser", "5"), ("Limits:SessionsPerAddress", "30"));
        for (var round = 0; round < 3; round++)
        {
            var users = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync("ann")));
            var guests = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync(null, Elsewhere)));
            await WaitForEndsAsync(15); // Of those that are refused.
            var authenticated = await Task.WhenAll(guests.Select(AuthenticateAsBobAsync));
            Assert.Multiple(() =>
            {
                Assert.That(Sessions.OfUser("ann"), Has.Count.EqualTo(5));
                Assert.That(authenticated.Count(isBob => isBob), Is.EqualTo(5));
                Assert.That(Sessions.OfUser("bob"), Has.Count.EqualTo(5));
                Assert.That(Sessions.All.Count(), Is.EqualTo(25));
            });
            await Task.WhenAll(users.Concat(guests).Select(client => client.DisposeAsync().AsTask()));
            await WaitForEndsAsync(25);
            Assert.That(Sessions.All, Is.Empty);
            Assert.That(Channels.CountWith([]), Is.Zero);
        }

        static async Task<bool> AuthenticateAsBobAsync(TestClient guest)
        {
            try
            {
                return (await guest.AuthenticateAsync(TestTokens.For("bob"))).UserId == "bob";
            }
            catch (Microsoft.AspNetCore.SignalR.HubException)
            {
                return false;
            }
        }
    }

    // $all and the $user: of each user come with sessions, and are not counted.
    [Test]
    public async Task ChannelsOfTheNode_AreBounded_AndThoseInUseAreOpenToAll()
    {
        const string Full = "limit_exceeded: This gateway has its 2 channels; subscribe to one that is in use, or later.";
        await StartAsync(("Limits:Channels", "2"));
        var (ann, guest) = (await ConnectAsync("ann"), await ConnectAsync(null));
        await ann.SubscribeAsync("chat:a");
        await guest.SubscribeAsync("chat:b");
        Assert.Multiple(async () =>
        {
            Assert.That(await guest.ErrorOfAsync("Subscribe", "chat:c"), Is.EqualTo(Full));
            Assert.That(await guest.ErrorOfAsync("Subscribe", (object)new[] { "chat:a", "chat:c" }), Is.EqualTo(Full));
            Assert.That(await guest.ErrorOfAsync("Subscribe", new { channels = new[] { "chat:c" }, id = "mine" }), Is.EqualTo(Full));
            Assert.That(Channels.CountWith([]), Is.EqualTo(2), "what was refused left nothing");
            Assert.That((await guest.SubscribeAsync(new { channels = new[] { "chat:a", "chat:b" }, id = "mine" })).Id, Is.EqualTo("mine"));
        });
        await ann.SendAsync("chat:a", "message", 1);
        await ann.SendAsync("chat:b", "message", 2);
        Assert.That((await guest.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        await guest.UnsubscribeAsync(new { id = "mine" });
        Assert.That(await guest.ErrorOfAsync("Subscribe", "chat:c"), Is.EqualTo(Full), "chat:a is still ann's, and chat:b by the other subscription the guest's");
        await guest.UnsubscribeAsync("chat:b");
        await guest.SubscribeAsync("chat:c");
        await ann.DisposeAsync();
        await _ended.WaitAsync().InTime();
        await guest.SubscribeAsync("chat:d");
        Assert.That(await guest.ErrorOfAsync("Subscribe", "chat:f"), Is.EqualTo(Full));
    }

    [Test]
    public async Task FullNode_LetsEverybodyInAllTheSame_AndNobodyIsDeaf()
    {
        await StartAsync(("Limits:Channels", "1"));
        var (ann, bob) = (await ConnectAsync("ann"), await ConnectAsync("bob"));
        await ann.SubscribeAsync("chat:a");
        Assert.That(await bob.ErrorOfAsync("Subscribe", "chat:b"), Does.StartWith("limit_exceeded: "));
        await bob.AuthenticateAsync(TestTokens.For("carl"));
        await Server.PublishAsync("$all", "notice", 1);
        await Server.PublishAsync("$user:ann", "hello", 2);
        await Server.PublishAsync("$user:carl", "hello", 3);
        Assert.Multiple(async () =>
        {
            Assert.That((await ann.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 2 }));
            Assert.That((await bob.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 1, 3 }));
            Assert.That(Channels.CountWith([]), Is.EqualTo(1), "the gateway's own are not counted");
        });
    }

    private static async Task AssertIsRefusedAsync(TestClient client, string reason)
    {
        Assert.That((await client.Closed)?.Message, Does.EndWith(reason));
        await client.DisposeAsync();
    }

    private async Task EndAsync(RawClient client, string way, string other)
    {
        _clients.Add(client);
        switch (way)
        {
            case "cut off":
                await client.DisposeAsync();
                await _ended.WaitAsync().InTime();
                return;
            case "gone by its own message":
                await client.SendAsync("""{"type":7}""");
                break;
            case "gone by nonsense":
                await client.SendAsync("nonsense");
                break;
            case "closed by the gateway":
                Sessions.OfUser("ann").Single(session => session.ConnectionId != other).Connection.Close(new Error("internal", "Any reason."));
                break;
            default:
                for (var i = 0; i < 101; i++)
                {
                    await client.SendAsync("""{"type":1,"target":"Send","arguments":["chat:a","message",1]}""");
                }

                break;
        }

        // The transport is closed after the session.
        Assert.CatchAsync<InvalidOperationException>(() => ReadAsync(client).InTime());
    }

    private static async Task ReadAsync(RawClient client)
    {
        while (true)
        {
            await client.NextAsync();
        }
    }

    private async Task WaitForEndsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _ended.WaitAsync().InTime();
        }
    }

    private Task StartAsync(params (string Key, string Value)[] settings) => StartAsync(services: null, settings);

    private async Task StartAsync(Action<IServiceCollection>? services, params (string Key, string Value)[] settings) => _gateway = await TestGateway.StartAsync(
        [TestProxy.Trust, .. settings],
        services,
        pipeline =>
        {
            pipeline.Use(TellTheEndAsync);
            TestProxy.Use(pipeline);
        });

    // When a WebSocket's request ends, nothing of its session is left.
    private async Task TellTheEndAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        _ended.Release();
    }

    private async Task<TestClient> ConnectAsync(string? userId, string from = Here)
    {
        var token = userId is null ? null : TestTokens.For(userId, "blue");
        var client = await TestClient.ConnectAsync(_gateway.HubUrlFrom(from), token);
        _clients.Add(client);
        return client;
    }
}
