using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>What a client reads is whole frames in order, whichever way they go and whatever control frames come in between.</summary>
[TestFixture(Way.Socket)]
[TestFixture(Way.Stream)]
[TestFixture(Way.Transport)]
[Parallelizable(ParallelScope.Self)]
public sealed class FramesTests(FramesTests.Way way)
{
    // Several times what the system's buffers and the gateway's queue hold.
    private const int Flood = 1_500;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How the gateway's frames reach the client.</summary>
    public enum Way
    {
        /// <summary>Straight to the connection's socket.</summary>
        Socket,

        /// <summary>By the server's stream, as where the server shows no socket.</summary>
        Stream,

        /// <summary>By SignalR's transport, as on a server that hands no connection over.</summary>
        Transport,
    }

    [Test]
    public async Task PublicationsAndPongs_StayWhole_WhileTheClientIsAway()
    {
        const int Messages = 100;
        await using var gateway = await StartAsync();
        using var peer = await FramePeer.SubscribeAsync(gateway.Url, "chat:room");
        var publisher = await gateway.ConnectAsync();

        // So much waits that writes are cut anywhere, and pongs come between them.
        for (var i = 1; i <= Messages; i++)
        {
            await publisher.SendAsync("chat:room", "message", new string('x', 8_000));
            await peer.SendAsync(FramePeer.Ping, BitConverter.GetBytes(i));
        }

        var offsets = new List<int>();
        var lastPong = 0;
        while (offsets.Count < Messages || lastPong < Messages)
        {
            var (opcode, payload) = (await peer.ReadFrameAsync())!.Value;
            if (opcode == FramePeer.Pong)
            {
                Assert.That(BitConverter.ToInt32(payload), Is.GreaterThan(lastPong), "a pong answers a later ping than the one before");
                lastPong = BitConverter.ToInt32(payload);
                continue;
            }

            foreach (var message in Encoding.UTF8.GetString(payload).Split('\u001e', StringSplitOptions.RemoveEmptyEntries).Select(text => JsonNode.Parse(text)!))
            {
                if (message["target"]?.GetValue<string>() == "event")
                {
                    offsets.Add(message["arguments"]![0]!["offset"]!.GetValue<int>());
                }
            }
        }

        Assert.That(offsets, Is.EqualTo(Enumerable.Range(1, Messages)));
    }

    [Test]
    public async Task ClientThatCloses_IsAnsweredOnce_AndHearsNothingAfterIt()
    {
        await using var gateway = await StartAsync();
        using var peer = await FramePeer.SubscribeAsync(gateway.Url, "live:room");
        var publisher = await gateway.ConnectAsync();
        using var over = new CancellationTokenSource();
        var publishing = PublishUntilAsync(publisher, over.Token);
        await peer.ReadFrameAsync();

        await peer.SendAsync(FramePeer.Close, new byte[] { 0x03, 0xe8 });
        Assert.That(await OpcodesToTheEndAsync(peer), Is.EqualTo(new[] { FramePeer.Close }));
        await over.CancelAsync();
        await publishing;
    }

    [Test]
    public async Task ClientThatIsClosed_MayAnswer_AndIsCutOffIfItDoesNot([Values] bool answers)
    {
        await using var gateway = await StartAsync();
        using var peer = await FramePeer.SubscribeAsync(gateway.Url, "live:room");
        var since = Stopwatch.GetTimestamp();
        gateway.Services.GetRequiredService<SessionRegistry>().All.Single().Connection.Close(new Error("unavailable", "Go."));
        while ((await peer.ReadFrameAsync())!.Value is { Opcode: not FramePeer.Close })
        {
        }

        if (answers)
        {
            await peer.SendAsync(FramePeer.Close, new byte[] { 0x03, 0xe8 });
        }

        Assert.That(await peer.ReadFrameAsync(), Is.Null);
        Assert.That(Stopwatch.GetElapsedTime(since), answers ? Is.LessThan(CloseTimeout) : Is.GreaterThan(CloseTimeout - TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task AfterTheCloseMessage_ComesNothing_ButTheEnd([Values] bool bySignalR)
    {
        await using var gateway = await StartAsync();
        using var peer = await FramePeer.SubscribeAsync(gateway.Url, "live:room");
        var publisher = await gateway.ConnectAsync(TestTokens.For("ann"));
        using var over = new CancellationTokenSource();
        var publishing = PublishUntilAsync(publisher, over.Token);
        await peer.ReadMessageAsync();

        if (bySignalR)
        {
            await peer.SendTextAsync("no JSON");
        }
        else
        {
            var guest = gateway.Services.GetRequiredService<SessionRegistry>().All.Single(session => session.Identity.UserId is null);
            guest.Connection.Close(new Error("unavailable", "Go."));
        }

        var last = string.Empty;
        while (await peer.ReadMessageAsync() is { } message)
        {
            Assert.That(last, Does.Not.Contain("\"type\":7"), "the close message is the last");
            last = message;
        }

        Assert.That(last, Does.Contain("\"type\":7"));
        await over.CancelAsync();
        await publishing;
    }

    [Test]
    public async Task SlowClient_IsCutOff_AndGetsNothingBehindTheCut()
    {
        await using var gateway = await StartAsync();
        using var peer = await FramePeer.SubscribeAsync(gateway.Url, "live:room");
        var publisher = await gateway.ConnectAsync();
        for (var i = 0; i < Flood; i++)
        {
            await publisher.SendAsync("live:room", "message", new string('x', 8_000));
        }

        // Whatever comes is frames that may be sent: a control frame within the cut one would not be.
        var read = 0;
        while (await peer.ReadFrameAsync() is { } frame)
        {
            read += Encoding.UTF8.GetString(frame.Payload).Split('\u001e').Count(message => message.Contains("\"event\"", StringComparison.Ordinal));
        }

        Assert.That(read, Is.LessThan(Flood));
        Assert.That((await publisher.SendAsync("live:room", "message", 1)).Id, Is.Not.Empty);
    }

    private Task<TestGateway> StartAsync() => TestGateway.StartAsync(pipeline: app =>
    {
        switch (way)
        {
            case Way.Stream:
                app.Use((context, next) =>
                {
                    context.Features.Set<IConnectionSocketFeature>(new HiddenSocket());
                    return next(context);
                });
                break;
            case Way.Transport:
                app.UseWebSockets().Use((context, next) =>
                {
                    context.Features.Set<IHttpUpgradeFeature>(null);
                    return next(context);
                });
                break;
            default:
                break;
        }
    });

    private static async Task PublishUntilAsync(TestClient publisher, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await publisher.SendAsync("live:room", "message", 1);
        }
    }

    private static async Task<IReadOnlyList<int>> OpcodesToTheEndAsync(FramePeer peer)
    {
        var opcodes = new List<int>();
        while (await peer.ReadFrameAsync() is { } frame)
        {
            // What was on its way when the close frame came is no answer to it.
            if (opcodes.Count > 0 || frame.Opcode != FramePeer.Text)
            {
                opcodes.Add(frame.Opcode);
            }
        }

        return opcodes;
    }
}
