using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Diagnostics;

/// <summary>What a live gateway counts.</summary>
[TestFixture]
public sealed class GatewayMetricsTests
{
    private TestGateway _gateway = null!;
    private Measurements _measured = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _measured = new Measurements(_gateway.Services);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _measured.Dispose();
        await _gateway.DisposeAsync();
    }

    [Test]
    public async Task Sessions_AreThoseThatAreOpen_ByTransport()
    {
        const string Sessions = "realtime.sessions{transport=web_sockets}";
        var one = await _gateway.ConnectRawAsync();
        await _gateway.ConnectRawAsync();
        Assert.That(_measured[Sessions], Is.EqualTo(2));
        await one.DisposeAsync();
        await _measured.UntilAsync(Sessions, 1);
    }

    [Test]
    public async Task Publications_CountOnceForEachChannel_AndDeliveriesOnceForEachSession()
    {
        var reader = await _gateway.ConnectAsync();
        var publisher = await _gateway.ConnectAsync();
        await reader.SubscribeAsync(new[] { "chat:a", "chat:b" });
        await publisher.SubscribeAsync("chat:a");
        await publisher.Hub.InvokeAsync<object>("Publish", new { channels = new[] { "chat:a", "chat:b", "chat:nobody" }, @event = "message", data = 1 }).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(_measured["realtime.publications"], Is.EqualTo(3));
            Assert.That(_measured["realtime.deliveries"], Is.EqualTo(3));
            Assert.That(_measured["realtime.deliveries#"], Is.EqualTo(2), "one addition for a publication, however many get it");
            Assert.That(_measured["realtime.delivery.duration#"], Is.EqualTo(2));
            Assert.That(_measured["realtime.delivery.duration"], Is.GreaterThan(0).And.LessThan(Bounds.Timeout.TotalSeconds));
        });
    }

    [Test]
    public async Task Refusals_HaveTheirCode_OnEverySurface()
    {
        var client = await _gateway.ConnectRawAsync();
        await client.InvokeAsync("Send", """["silent:room","message",1]""");
        await client.SendAsync("""{"type":1,"target":"Send","arguments":["silent:room","message",1]}"""); // Wants no answer.
        await client.InvokeAsync("Nothing", "[]");
        await client.InvokeAsync("Send", $"""["live:room","message","{new string('x', 70_000)}"]""");
        await client.InvokeAsync("Subscribe", "[1]");
        using var members = await _gateway.GetAsync("/api/channels/team:blue:room/members");
        using var forged = await _gateway.GetAsync("/api/channels/live:room/members", TestTokens.Forged);
        Assert.Multiple(() =>
        {
            Assert.That(members.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(_measured["realtime.refusals{code=permission_denied,surface=hub}"], Is.EqualTo(2));
            Assert.That(_measured["realtime.refusals{code=invalid_request,surface=hub}"], Is.EqualTo(2));
            Assert.That(_measured["realtime.refusals{code=payload_too_large,surface=hub}"], Is.EqualTo(1));
            Assert.That(_measured["realtime.refusals{code=permission_denied,surface=http}"], Is.EqualTo(1));
            Assert.That(_measured["realtime.refusals{code=unauthenticated,surface=http}"], Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Recoveries_HaveTheirOutcome()
    {
        var client = await _gateway.ConnectAsync();
        var first = await client.SendAsync("chat:room", "message", 1);
        await client.SendAsync("chat:room", "message", 2);
        await client.SubscribeAsync(new { id = "a", channels = new[] { new { channel = "chat:room", since = new { epoch = first.Epoch, offset = 1 } } } });
        await client.UnsubscribeAsync(new { id = "a" });
        await client.SubscribeAsync(new { id = "a", channels = new[] { new { channel = "chat:room", since = new { epoch = "another", offset = 1 } } } });
        Assert.Multiple(() =>
        {
            Assert.That(_measured["realtime.recoveries{outcome=recovered}"], Is.EqualTo(1));
            Assert.That(_measured["realtime.recoveries{outcome=epoch_changed}"], Is.EqualTo(1));
        });
    }

    [Test]
    public async Task History_IsWhatIsKept()
    {
        var client = await _gateway.ConnectAsync();
        await client.SendAsync("chat:a", "message", new string('x', 1_000));
        await client.SendAsync("chat:b", "message", 1);
        await client.SendAsync("live:c", "message", 1);
        _measured.Observe();
        Assert.Multiple(() =>
        {
            Assert.That(_measured["realtime.history.channels"], Is.EqualTo(2));
            Assert.That(_measured["realtime.history.size"], Is.InRange(1_000, 10_000));
        });
    }

    [Test]
    public async Task Queues_AreSummedOverAllSessions_WhenTheyAreObserved()
    {
        var services = _gateway.Services.GetRequiredService<SessionServices>();
        Session[] sessions = [Deaf(100, services), Deaf(23, services)];
        foreach (var session in sessions)
        {
            await session.OpenAsync();
        }

        _measured.Observe();
        Assert.That(_measured["realtime.queue.size"], Is.EqualTo(123));
        foreach (var session in sessions)
        {
            await session.CloseAsync();
        }

        _measured.Observe();
        Assert.That(_measured["realtime.queue.size"], Is.Zero);
    }

    [Test]
    public async Task SlowCloses_AreCounted()
    {
        await using var gateway = await TestGateway.StartAsync([("Limits:OutboundBytes", "65536"), ("Limits:MessageBytes", "16384")]);
        using var measured = new Measurements(gateway.Services);
        var slow = await gateway.ConnectRawAsync();
        await slow.InvokeAsync("Subscribe", """["live:flood"]""");
        var publisher = await gateway.ConnectAsync();
        var data = new string('x', 15_000);
        for (var i = 0; i < 2_000 && measured["realtime.slow_closes"] == 0; i++)
        {
            await publisher.SendAsync("live:flood", "message", data);
        }

        await measured.UntilAsync("realtime.slow_closes", 1);
    }

    [Test]
    public async Task EveryInstrument_HasAUnitAndADescription_AndNoTagNamesAnybody()
    {
        var client = await _gateway.ConnectAsync(TestTokens.For("zoe"));
        await client.SubscribeAsync("chat:lounge");
        await client.SendAsync("chat:lounge", "message", 1);
        await client.ErrorOfAsync("Send", "silent:lounge", "message", 1);
        _measured.Observe();
        Assert.Multiple(() =>
        {
            Assert.That(_measured.Instruments, Has.Count.EqualTo(14));
            Assert.That(_measured.Instruments.Select(instrument => instrument.Unit), Has.All.Not.Empty);
            Assert.That(_measured.Instruments.Select(instrument => instrument.Description), Has.All.Not.Empty);
            Assert.That(string.Join(' ', _measured.Keys), Does.Not.Contain("lounge").And.Not.Contain("zoe"));
        });
    }

    [Test]
    public async Task EveryInstrument_IsInTheDocument()
    {
        var page = await File.ReadAllLinesAsync(Repository.PathOf("docs/operations.md"));
        var rows = _measured.Instruments.Select(instrument => $"| `{instrument.Name}` | {instrument.Unit} |");
        Assert.That(rows.Where(row => !page.Any(line => line.StartsWith(row, StringComparison.Ordinal))), Is.Empty);
    }

    [Test]
    public void Counting_AllocatesNothing()
    {
        var metrics = TestMetrics.Unheard;
        Count(metrics);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Count(metrics);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Count(GatewayMetrics metrics)
    {
        metrics.Published();
        metrics.Delivered(10, TimeSpan.FromMilliseconds(1));
        metrics.Refused(ErrorCodes.RateLimited, GatewayMetrics.Surfaces.Hub);
    }

    private static Session Deaf(int unsentBytes, SessionServices services) => new(
        new DeafConnection(unsentBytes),
        new Admitted(Identity.Guest, Key: null, Basis: null, new Whereabouts(IPAddress.Loopback, Origin: null)),
        services);

    /// <summary>A connection with so much unsent.</summary>
    private sealed class DeafConnection(int unsentBytes) : IClientConnection, IOutlet
    {
        public string Id { get; } = Guid.NewGuid().ToString("N");

        public string Transport => "none";

        public int UnsentBytes => unsentBytes;

        public bool HasRoom => false;

        public IOutlet Outlet => this;

        public ValueTask WaitForRoomAsync() => ValueTask.CompletedTask;

        public void Send(Outbound message)
        {
        }

        public void Notify(SubscriptionMessage message)
        {
        }

        public void Close(Error reason)
        {
        }

        public void OnUserChanged(string? userId)
        {
        }
    }
}
