using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.InProcess;

/// <summary>Who is where, as server code asks.</summary>
[TestFixture]
public sealed class RealtimePresenceTests
{
    private const string Room = "silent:room";

    private TestGateway _gateway = null!;
    private ManualTime _time = null!;
    private IPresence _presence = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));
        _presence = _gateway.Services.GetRequiredService<IPresence>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Members_AreThoseOfTheChannel_WithoutAskingForAPermission()
    {
        foreach (var user in new[] { "bob", "ann", "carl" })
        {
            await JoinAsync(user);
        }

        var first = await _presence.GetMembersAsync(new MembersRequest { Channel = Room, Limit = 2 });
        var second = await _presence.GetMembersAsync(new MembersRequest { Channel = Room, Limit = 2, Cursor = first.Cursor });
        Assert.Multiple(async () =>
        {
            Assert.That(first.Members.Concat(second.Members).Select(member => member.UserId), Is.EqualTo(new[] { "ann", "bob", "carl" }));
            Assert.That(second.Cursor, Is.Null);
            Assert.That(await _presence.CountMembersAsync(Room), Is.EqualTo(3));
            Assert.That(await _presence.CountMembersAsync("silent:empty"), Is.Zero);
        });
    }

    [TestCase(0, null)]
    [TestCase(1_001, null)]
    [TestCase(10, "?")]
    public void WrongPages_AreRefused(int limit, string? cursor)
    {
        var error = Assert.ThrowsAsync<RealtimeException>(async () =>
            await _presence.GetMembersAsync(new MembersRequest { Channel = Room, Limit = limit, Cursor = cursor }));
        Assert.That(error!.Error.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
    }

    [Test]
    public async Task Sessions_AreAUsersOwn_WhateverHeIsSubscribedTo_AndReachable()
    {
        var laptop = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _time.Advance(TimeSpan.FromSeconds(1));
        var phone = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await _gateway.ConnectAsync(TestTokens.For("ann2"));

        var sessions = await _presence.GetSessionsAsync("ann");
        Assert.That(sessions.Select(session => session.ConnectionId), Is.EqualTo(new[] { await laptop.FindIdAsync(), await phone.FindIdAsync() }));

        var hub = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>();
        await hub.Clients.Client(sessions[1].ConnectionId).Subscription(new SubscriptionMessage("any", "hello", "there"));
        Assert.That((await phone.NextNoticeAsync()).State, Is.EqualTo("hello"));
    }

    [Test]
    public async Task User_IsOnline_UntilHisGraceHasPassed_ButHasNoSession()
    {
        Assert.That(await _presence.IsOnlineAsync("ann"), Is.False);
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        var connected = await _presence.IsOnlineAsync("ann");
        await ann.Hub.StopAsync().InTime();
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while ((await _presence.GetSessionsAsync("ann", timeout.Token)).Count > 0)
        {
            timeout.Token.ThrowIfCancellationRequested();
        }

        var closed = await _presence.IsOnlineAsync("ann");
        _time.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That((connected, closed, await _presence.IsOnlineAsync("ann")), Is.EqualTo((true, true, false)));
    }

    [Test]
    public async Task SessionThatBecomesAnotherUser_IsHis()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("ann"));
        await client.AuthenticateAsync(TestTokens.For("bob"));
        Assert.That((await _presence.IsOnlineAsync("ann"), await _presence.IsOnlineAsync("bob")), Is.EqualTo((false, true)));
        await client.AuthenticateAsync(null);
        Assert.That(await _presence.IsOnlineAsync("bob"), Is.False);
    }

    [Test]
    public async Task StrangerInAUsersChannel_MakesNobodyOnline()
    {
        var bob = await _gateway.ConnectAsync(TestTokens.For("bob"));
        var hub = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>();
        await hub.Groups.AddToGroupAsync(await bob.FindIdAsync(), ChannelName.OfUser("ann"));
        Assert.That(await _presence.IsOnlineAsync("ann"), Is.False);
    }

    private async Task JoinAsync(string userId)
    {
        var client = await _gateway.ConnectAsync(TestTokens.For(userId));
        await client.SubscribeAsync(Room);
    }
}
