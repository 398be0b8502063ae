using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using RealtimeGateway.Edges;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

[TestFixture]
public sealed class IdentityClaimsTests
{
    [Test]
    public async Task Host_FindsUserAndRoles_AndWhatItAddedItself_OnceEach()
    {
        var found = new TaskCompletionSource<ClaimsPrincipal>();
        await using var gateway = await TestGateway.StartAsync(pipeline: app => app.Use(async (context, next) =>
        {
            await next(context);
            found.TrySetResult(context.User);
        }));
        using var response = await gateway.GetAsync("/api/channels/chat%3Alobby/members", TestTokens.For("ann"));
        var user = await found.Task.InTime();
        ((ClaimsIdentity)user.Identity!).AddClaim(new Claim("shop", "7"));

        foreach (var principal in new[] { user, user.Clone() })
        {
            Assert.Multiple(() =>
            {
                Assert.That(principal.Identity!.IsAuthenticated, Is.True);
                Assert.That(principal.FindAll(ClaimTypes.NameIdentifier).Select(claim => claim.Value), Is.EqualTo(new[] { "ann" }));
                Assert.That(principal.IsInRole("users"), Is.True);
                Assert.That(principal.IsInRole("label:admin"), Is.False);
                Assert.That(principal.FindAll("shop").Select(claim => claim.Value), Is.EqualTo(new[] { "7" }));
                Assert.That(principal.Claims.Select(claim => (claim.Type, claim.Value)), Is.Unique);
            });
        }
    }

    [Test]
    public void Guest_IsNotAuthenticated() => Assert.That(new IdentityClaims(Identity.Guest).IsAuthenticated, Is.False);
}
