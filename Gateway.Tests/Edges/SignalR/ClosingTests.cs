using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A client that is told to go is not served any more, though it takes its time to read that.</summary>
[TestFixture]
public sealed class ClosingTests
{
    [Test]
    public async Task ClosedClient_DoesNothingMore_HoweverLateItReads()
    {
        // So much that the machine's own buffers do not hold it, and that being slow is no reason to end it.
        const int Messages = 600;
        await using var gateway = await TestGateway.StartAsync([("Limits:OutboundBytes", "67108864"), ("Limits:WriteTimeout", "00:01:00")]);
        var listener = await gateway.ConnectAsync();
        await listener.SubscribeAsync("live:room");
        var client = await gateway.ConnectRawAsync(TestTokens.For("ann"));
        await client.InvokeAsync("Subscribe", """["live:flood"]""");
        for (var i = 0; i < Messages; i++)
        {
            await listener.SendAsync("live:flood", "message", new string('x', 32 * 1024));
        }

        gateway.Services.GetRequiredService<SessionRegistry>().OfUser("ann").Single().Connection.Close(new Error("unauthenticated", "Go."));
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync("""{"type":1,"target":"Send","arguments":["live:room","message",1]}""");
        }

        var last = await ReadToTheEndAsync(client).InTime();
        Assert.Multiple(async () =>
        {
            Assert.That(last, Is.EqualTo("unauthenticated: Go."), "it gets all that was sent to it, and then the reason");
            Assert.That(await listener.EventsUntilNowAsync(), Is.Empty);
        });
    }

    private static async Task<string?> ReadToTheEndAsync(RawClient client)
    {
        string? reason = null;
        try
        {
            while (true)
            {
                var message = await client.NextAsync();
                reason = message["type"]!.GetValue<int>() == 7 ? message["error"]!.GetValue<string>() : reason;
            }
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException)
        {
            return reason;
        }
    }
}
