using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>Where what is sent goes straight to the socket, on a real server.</summary>
[TestFixture]
public sealed class UpgradedLinkTests
{
    [TestCase(true, true, ExpectedResult = true)]
    [TestCase(false, true, ExpectedResult = false, Description = "the server shows no socket")]
    [TestCase(true, false, ExpectedResult = false, Description = "the answer to the upgrade may be on its way still")]
    public async Task<bool> Socket_IsTaken_WhereTheServerShowsIt_AndTheClientHasSpoken(bool isShown, bool hasSpoken)
    {
        var isDirect = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            if (!isShown)
            {
                context.Features.Set<IConnectionSocketFeature>(new HiddenSocket());
            }

            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            isDirect.SetResult(new UpgradedLink(stream, context) { HasPeerSpoken = hasSpoken }.DirectSocket is not null);
        });
        await app.StartAsync();
        using var peer = await RawPeer.ConnectAsync(app.Urls.Single());
        await peer.SayAsync("GET / HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: anything\r\n\r\n");
        return await isDirect.Task.InTime();
    }
}
