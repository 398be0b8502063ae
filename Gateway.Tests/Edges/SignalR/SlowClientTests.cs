using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A client that stops reading is closed, alone (promise 7).</summary>
[TestFixture]
public sealed class SlowClientTests
{
    // What the machine's own buffers take of a client that does not read is some megabytes; this is far more.
    private const int MessageBytes = 32 * 1024;
    private const int MostMessages = 1_000;

    // SignalR by itself would let its write go on for 10 s.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [Test]
    public async Task OverTheBound_ItAloneIsClosed_AndNobodyWaitsForIt()
    {
        var ended = new TaskCompletionSource();
        await using var gateway = await TestGateway.StartAsync(pipeline: app => app.Use((context, next) => RunAsync(context, next, ended)));
        var reader = await gateway.ConnectAsync();
        await reader.SubscribeAsync("live:flood");
        var (stopped, id) = await SubscribeAndStopReadingAsync(gateway);
        var data = new string('x', MessageBytes);

        // Each message is awaited at the reader before the next: it is fast, and alone decides the pace.
        var sent = 0;
        while (IsThere(gateway, id) && sent < MostMessages)
        {
            await reader.SendAsync("live:flood", "message", data);
            await reader.NextEventAsync();
            sent++;
        }

        Assert.Multiple(async () =>
        {
            Assert.That(IsThere(gateway, id), Is.False, "the one that stopped reading was closed");
            Assert.That(() => ended.Task.WaitAsync(AtOnce), Throws.Nothing, "and so was its transport, though it does not read");
            Assert.That((await reader.SendAsync("live:flood", "message", "after")).Id, Is.Not.Empty);
            Assert.That((await reader.NextEventAsync()).Data.GetString(), Is.EqualTo("after"));
            Assert.That(await ReadToTheEndAsync(stopped), Is.LessThan(sent), "its connection ended before it had everything");
        });
    }

    [Test]
    public async Task StuckWrite_ClosesIt_ThoughLittleIsUnsent()
    {
        await using var gateway = await TestGateway.StartAsync([("Limits:OutboundBytes", "67108864"), ("Limits:WriteTimeout", "00:00:01")]);
        var (_, id) = await SubscribeAndStopReadingAsync(gateway);
        var session = gateway.Services.GetRequiredService<SessionRegistry>().Find(id)!;
        var gone = new TaskCompletionSource();
        using var registration = ((SignalRConnection)session.Connection).Aborted.Register(gone.SetResult);
        var publisher = await gateway.ConnectAsync();

        // Less than the bound, more than the machine's buffers.
        for (var i = 0; i < 1_000; i++)
        {
            await publisher.SendAsync("live:flood", "message", new string('x', MessageBytes));
        }

        await gone.Task.InTime();
    }

    [Test]
    public async Task ItsOwnCalls_WaitForItsReading_AndAreNotSlowness()
    {
        // More answers than the bound and the machine's buffers hold, asked for by one who reads only afterwards.
        const int Calls = 4_000;
        await using var gateway = await TestGateway.StartAsync([("Limits:OutboundBytes", "65536"), ("Limits:MessageBytes", "16384")]);
        for (var i = 0; i < 20; i++)
        {
            await (await gateway.ConnectAsync(TestTokens.For("user-with-a-name-of-some-length-" + i))).SubscribeAsync("live:room");
        }

        var late = await gateway.ConnectRawAsync();
        for (var i = 0; i < Calls; i++)
        {
            await late.SendAsync($$"""{"type":1,"invocationId":"{{i}}","target":"GetMembers","arguments":["live:room"]}""");
        }

        for (var i = 0; i < Calls; i++)
        {
            Assert.That((await late.NextOfTypeAsync(3))["invocationId"]!.GetValue<string>(), Is.EqualTo($"{i}"));
        }
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, TaskCompletionSource ended)
    {
        await next(context);
        if (context.User.FindFirstValue(ClaimTypes.NameIdentifier) == "slow")
        {
            ended.TrySetResult();
        }
    }

    private static async Task<(RawClient Client, string Id)> SubscribeAndStopReadingAsync(TestGateway gateway)
    {
        var client = await gateway.ConnectRawAsync(TestTokens.For("slow"));
        await client.InvokeAsync("Subscribe", """["live:flood"]""");
        return (client, gateway.Services.GetRequiredService<SessionRegistry>().OfUser("slow").Single().ConnectionId);
    }

    private static bool IsThere(TestGateway gateway, string id) => gateway.Services.GetRequiredService<SessionRegistry>().Find(id) is not null;

    private static async Task<int> ReadToTheEndAsync(RawClient client)
    {
        var read = 0;
        try
        {
            while (true)
            {
                await client.NextOfTypeAsync(1);
                read++;
            }
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException)
        {
            return read;
        }
    }
}
