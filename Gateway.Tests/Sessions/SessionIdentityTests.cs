using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>Who a session is on a live connection, and when that ends.</summary>
[TestFixture]
public sealed class SessionIdentityTests
{
    [Test]
    public async Task Authenticate_SwapsTheIdentityInPlace_AndTakesWhatItMayNotRead()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        Assert.That(await client.ErrorOfAsync("Subscribe", "team:blue:room"), Is.EqualTo("permission_denied: You may not read 'team:blue:room'."));

        var ann = await client.AuthenticateAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync(new[] { "team:blue:room", "chat:lobby" });
        await server.PublishAsync("$user:ann", "user:update", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(ann.UserId, Is.EqualTo("ann"));
            Assert.That(ann.Roles, Is.EqualTo(new[] { "any", "team:blue", "user:ann", "user:ann/unverified", "users", "users/unverified" }));
            Assert.That(ann.ExpiresAt, Is.Not.Null);
            Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("$user:ann"));
        });

        var guest = await client.AuthenticateAsync(null);
        await server.PublishAsync("team:blue:room", "message", 1);
        await server.PublishAsync("$user:ann", "user:update", 2);
        await server.PublishAsync("chat:lobby", "message", 3);
        Assert.Multiple(async () =>
        {
            Assert.That(guest.UserId, Is.Null);
            Assert.That(guest.Roles, Is.EqualTo(new[] { "any", "guests" }));
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("team:blue:room", "revoked", "permission_denied")));
            Assert.That((await client.EventsUntilNowAsync()).Select(heard => heard.Data.GetInt32()), Is.EqualTo(new[] { 3 }));
        });
    }

    [Test]
    public async Task Authenticate_WithAWrongToken_ChangesNothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "blue"));
        await client.SubscribeAsync("team:blue:room");
        var error = await client.ErrorOfAsync("Authenticate", TestTokens.Forged);
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:blue:room", "message", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(error, Is.EqualTo("unauthenticated: The token is not accepted: its signature, issuer or audience is wrong."));
            Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("team:blue:room"));
        });
    }

    [Test]
    public async Task RefusedUnsubscribe_LeavesNothingBehind_ThatOutlivesTheRights()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync("team:red:plans");
        await client.ErrorOfAsync("Unsubscribe", new[] { "team:red:plans", null });
        await client.AuthenticateAsync(null);
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:red:plans", "message", "secret");
        Assert.That(await client.EventsUntilNowAsync(), Is.Empty);
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task ExpiredToken_EndsItsRightsAtExp_AndTheConnectionGoesOnAsAGuest()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = new[] { "blue/editor" } }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync(new[] { "team:blue:room", "chat:lobby" });
        var notice = await client.NextRevocationAsync();
        var server = gateway.Services.GetRequiredService<IRealtimePublisher>();
        await server.PublishAsync("team:blue:room", "message", 1);
        await client.SendAsync("chat:lobby", "message", 2);
        Assert.Multiple(async () =>
        {
            Assert.That(notice, Is.EqualTo(new SubscriptionMessage("team:blue:room", "revoked", "token_expired")));
            Assert.That(await client.ErrorOfAsync("Send", "team:blue:room", "message", 1), Does.StartWith("permission_denied: "));
            var heard = (await client.EventsUntilNowAsync()).Single();
            Assert.That(heard.Data.GetInt32(), Is.EqualTo(2));
            Assert.That(heard.Sender!.UserId, Is.Null);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task ExpiredToken_ClosesTheConnection_WhereGuestsAreNotAdmitted_AndSaysWhy()
    {
        await using var gateway = await TestGateway.StartAsync([("Auth:RequireSession", "true")]);
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { }, lifetime: TimeSpan.FromSeconds(1)));
        Assert.That((await client.Closed)?.Message, Does.Contain("token_expired: The credential has expired; connect with a new one."));
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task NewerToken_PutsTheEndOff()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "blue" }, lifetime: TimeSpan.FromSeconds(1)));
        var bystander = await gateway.ConnectAsync(TestTokens.For("bob", new { teams = "blue" }, lifetime: TimeSpan.FromSeconds(1.5)));
        await client.SubscribeAsync("team:blue:room");
        await bystander.SubscribeAsync("team:blue:room");
        await client.AuthenticateAsync(TestTokens.For("ann", "blue"));

        // The bystander's end comes after the one that was put off.
        Assert.That((await bystander.NextRevocationAsync()).Reason, Is.EqualTo("token_expired"));
        await gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("team:blue:room", "message", 1);
        Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("team:blue:room"));
    }
}
