using RealtimeGateway.Client;
using RealtimeGateway.Client.Connections;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>Whom the client is, and how it stays so.</summary>
[TestFixture]
public sealed class TokenTests : ClientFixture
{
    [Test]
    [Behaviour("asks-for-a-token-at-each-connect")]
    public async Task Token_IsAskedForAtEachConnect()
    {
        var users = new Queue<string>(["ann", "bob"]);
        var client = NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For(users.Dequeue())) });
        await client.ConnectAsync().InTime();
        Assert.That(client.UserId, Is.EqualTo("ann"));
        await client.ReconnectAsync().InTime();
        Assert.That(client.UserId, Is.EqualTo("bob"));
    }

    [Test]
    [Behaviour("refreshes-its-token")]
    [RealTime(bearableSeconds: 0.3)]
    public async Task Token_IsRenewedBeforeItExpires_OnTheSameConnection()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var asked = 0;
        var client = NewClient(Quick with
        {
            TimeProvider = time,
            Negotiate = true,
            Token = _ =>
            {
                asked++;
                var failed = asked == 2;
                return failed
                    ? throw new InvalidOperationException("no token today")
                    : ValueTask.FromResult<string?>(TestTokens.For(asked == 1 ? "ann" : "bob", "blue"));
            },
        });
        var errors = ErrorsOf(client);
        var states = StatesOf(client);
        var other = await Gateway.ConnectAsync(TestTokens.For("cleo", "blue"));
        await other.SubscribeAsync("team:blue:room");
        var heard = await HeardSubscription.BeginAsync(client, "team:blue:room").InTime();
        var id = client.ConnectionId;
        await AdvanceUntilAsync(time, TimeSpan.FromMinutes(59.5), async () => (await errors.NextAsync()).Exception.Message == "no token today");
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(25), async () =>
        {
            while ((await other.NextPresenceAsync()).Member.UserId != "bob")
            {
            }

            return true;
        });
        await PublishAsync("team:blue:room", 1, 1);
        Assert.Multiple(async () =>
        {
            Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(1));
            Assert.That(client.ConnectionId, Is.EqualTo(id));
            Assert.That(states.Drain().OfType<ConnectionStateChange>().Select(change => change.State), Is.EqualTo(new[] { ClientState.Connecting, ClientState.Connected }));
            Assert.That(asked, Is.EqualTo(3));
            Assert.That(() => client.UserId, Is.EqualTo("bob").After(5_000, 10), "its answer is on its way");
        });
    }

    [Test]
    public void Wait_IsUntilAMinuteBefore_AQuarterAtMost_AndNeverNone()
    {
        Assert.Multiple(() =>
        {
            Assert.That(TokenRefresh.WaitBefore(TimeSpan.FromHours(1)), Is.EqualTo(TimeSpan.FromMinutes(59)));
            Assert.That(TokenRefresh.WaitBefore(TimeSpan.FromSeconds(100)), Is.EqualTo(TimeSpan.FromSeconds(75)));
            Assert.That(TokenRefresh.WaitBefore(TimeSpan.FromSeconds(0.1)), Is.EqualTo(TimeSpan.FromSeconds(1)));
        });
    }

    [Test]
    [Behaviour("returns-with-a-new-token")]
    [RealTime(bearableSeconds: 0.3)]
    public async Task TokenThatExpired_IsReplacedByConnectingAnew_AndNothingIsRevoked()
    {
        await RestartAsync(("Auth:Jwt:ClockSkew", "00:00:00"), ("Channels:2:History:Size", "100"), ("Channels:2:History:Ttl", "00:10:00"));
        var isExpired = false;
        var asked = 0;
        var client = NewClient(Quick with
        {
            Token = _ => ++asked == 1 ? ValueTask.FromResult<string?>(TestTokens.For("ann", new { teams = new[] { "blue" } }, TimeSpan.FromSeconds(2)))
                : Volatile.Read(ref isExpired) ? ValueTask.FromResult<string?>(TestTokens.For("ann", "blue"))
                : throw new InvalidOperationException("no token yet"),
        });
        var states = StatesOf(client);
        var room = await HeardSubscription.BeginAsync(client, "team:blue:room").InTime();
        while (!IsState(await states.NextAsync(), ClientState.Reconnecting))
        {
        }

        await PublishAsync("team:blue:room", 1, 1);
        Volatile.Write(ref isExpired, true);
        Assert.Multiple(async () =>
        {
            Assert.That(Number(await room.Events.NextAsync()), Is.EqualTo(1));
            Assert.That(room.Notices.Drain().Select(notice => notice.Kind), Does.Not.Contain(SubscriptionNoticeKind.Revoked));
        });
    }

    [Test]
    [Behaviour("becomes-a-guest")]
    [RealTime(bearableSeconds: 0.3)]
    public async Task WithoutATokenAnyMore_ItGoesOnAsAGuest()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var tokens = new Queue<string?>([TestTokens.For("ann", "blue"), null]);
        var client = NewClient(Quick with { TimeProvider = time, Token = _ => ValueTask.FromResult(tokens.Dequeue()) });
        var lobby = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var room = await HeardSubscription.BeginAsync(client, "team:blue:room").InTime();
        Assert.That(client.UserId, Is.EqualTo("ann"));

        await AdvanceUntilAsync(time, TimeSpan.FromMinutes(59.5), async () => (await room.Notices.NextAsync()).Kind == SubscriptionNoticeKind.Revoked);
        await PublishAsync(Lobby, 1, 1);
        Assert.That(Number(await lobby.Events.NextAsync()), Is.EqualTo(1));
        Assert.That(() => client.UserId, Is.Null.After(5_000, 10), "the answer is on its way");
    }

    [Test]
    public async Task TokenFunction_ThatThrows_IsAskedAgain_AndOneThatHangs_IsNotWaitedForForEver()
    {
        var asked = 0;
        var client = NewClient(Quick with
        {
            CallTimeout = TimeSpan.FromSeconds(1),
            Token = async cancellationToken =>
            {
                switch (++asked)
                {
                    case 1:
                        throw new InvalidOperationException("no token today");
                    case 2:
                        await Task.Delay(Timeout.Infinite, cancellationToken);
                        break;
                }

                return TestTokens.For("ann");
            },
        });
        var errors = ErrorsOf(client);
        await client.ConnectAsync().InTime();
        Assert.Multiple(async () =>
        {
            Assert.That((await errors.NextAsync()).Exception, Is.InstanceOf<InvalidOperationException>());
            Assert.That((await errors.NextAsync()).Exception, Is.InstanceOf<TimeoutException>());
        });
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("a.b")]
    [TestCase("a.%.c")]
    [TestCase("a.W10.c")]
    [TestCase("a.eyJleHAiOiJzb29uIn0.c")]
    public void Claims_OfWhatIsNoToken_AreNone(string? token) => Assert.That(TokenClaims.Read(token), Is.EqualTo(new TokenClaims(null, null)));

    // The timer is made on another thread, so the clock is moved on until it has fired.
    private static async Task AdvanceUntilAsync(ManualTime time, TimeSpan by, Func<Task<bool>> isDone)
    {
        time.Advance(by);
        var done = isDone();
        while (await Task.WhenAny(done, Task.Delay(20)) != done)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(await done, Is.True);
    }
}
