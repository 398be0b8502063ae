using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security;

/// <summary>A host's own decisions in front of the policies.</summary>
[TestFixture]
public sealed class HostAuthorizerTests
{
    [Test]
    public async Task HostsAuthorizer_DecidesBeforeThePolicies_AlsoWhenTheIdentityChanges()
    {
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer, MembersOnly>());
        var client = await gateway.ConnectAsync(TestTokens.For("ann"));
        await client.SubscribeAsync("club:room");
        Assert.That(await client.ErrorOfAsync("Subscribe", "chat:secret"), Is.EqualTo("permission_denied: You may not read 'chat:secret'."));
        await client.SubscribeAsync("chat:lobby");
        await client.AuthenticateAsync(null);
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("club:room", "revoked", "permission_denied")));
    }

    [Test]
    public async Task HostsAuthorizer_ThatFails_IsAnInternalError_AndNoPermission()
    {
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer, MembersOnly>());
        var client = await gateway.ConnectAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await client.ErrorOfAsync("Subscribe", "chat:fault"), Is.EqualTo("internal: The gateway failed to do this; its log says why."));
            Assert.That((await client.SubscribeAsync("chat:lobby")).Channels.Single().Channel, Is.EqualTo("chat:lobby"));
        });
    }

    [Test]
    public async Task HostsAuthorizer_ThatTakesLong_HoldsUpNobodyElsesDecision_AndItsOwnIsADenial()
    {
        var authorizer = new Hesitating("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync(new[] { "chat:slow", "team:red:plans" });
        authorizer.Answer = new TaskCompletionSource();
        var authenticated = client.AuthenticateAsync(null);
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "permission_denied")));
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("chat:slow", "revoked", "permission_denied")));
            Assert.That((await authenticated).UserId, Is.Null);
        });
    }

    [Test]
    public async Task HostsAuthorizer_ThatDoesNotYield_HoldsUpNobodyElsesDecision()
    {
        using var authorizer = new Blocking("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", "red"));
        await client.SubscribeAsync(new[] { "chat:slow", "team:red:plans" });
        authorizer.IsBlocking = true;
        var authenticated = client.AuthenticateAsync(null);
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "permission_denied")));
        Assert.That(authenticated.IsCompleted, Is.False);
        authorizer.Answer.Set();
        Assert.That((await authenticated).UserId, Is.Null);
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task SubscribeThatWaitsForAHost_DoesNotPutOffTheEndOfRights()
    {
        var authorizer = new Hesitating("chat:slow");
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "red" }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync("team:red:plans");
        authorizer.Answer = new TaskCompletionSource();
        var subscribing = client.SubscribeAsync("chat:slow");
        Assert.Multiple(async () =>
        {
            Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("team:red:plans", "revoked", "token_expired")));
            Assert.That(subscribing.IsCompleted, Is.False);
        });
    }

    [Test]
    [RealTime(bearableSeconds: 0.4)]
    public async Task SubscribeThatWaitedForAHost_CountsForWhoTheSessionIsThen()
    {
        var authorizer = new Hesitating("team:red:plans") { Answer = new TaskCompletionSource() };
        await using var gateway = await TestGateway.StartAsync(services: services => services.AddSingleton<IChannelAuthorizer>(authorizer));
        var client = await gateway.ConnectAsync(TestTokens.For("ann", new { teams = "red" }, lifetime: TimeSpan.FromSeconds(1)));
        await client.SubscribeAsync("team:red:other");
        var refused = client.ErrorOfAsync("Subscribe", "team:red:plans");
        await client.NextRevocationAsync();
        authorizer.Answer.SetResult();
        Assert.That(await refused, Is.EqualTo("permission_denied: You may not read 'team:red:plans'."));
    }

    /// <summary>A host that answers about one channel only when it is told to.</summary>
    private sealed class Hesitating(string channel) : IChannelAuthorizer
    {
        public TaskCompletionSource? Answer { get; set; }

        public async ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            if (access.Channel == channel && Answer is { } answer)
            {
                await answer.Task;
            }

            return ChannelDecision.Abstain;
        }
    }

    /// <summary>A host that keeps the thread while it thinks about one channel.</summary>
    private sealed class Blocking(string channel) : IChannelAuthorizer, IDisposable
    {
        public ManualResetEventSlim Answer { get; } = new();

        public bool IsBlocking { get; set; }

        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            if (IsBlocking && access.Channel == channel)
            {
                Answer.Wait(Bounds.Timeout, CancellationToken.None);
            }

            return new(ChannelDecision.Abstain);
        }

        public void Dispose() => Answer.Dispose();
    }

    private sealed class MembersOnly : IChannelAuthorizer
    {
        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken) => new(access.Channel switch
        {
            "club:room" when access.Identity.UserId is not null => ChannelDecision.Allow,
            "chat:secret" => ChannelDecision.Deny,
            "chat:fault" => throw new InvalidOperationException("the host's own secret"),
            _ => ChannelDecision.Abstain,
        });
    }
}
