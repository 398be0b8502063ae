using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Ten of two hundred readers stop reading: it is their trouble and nobody else's (promise 7).</summary>
[TestFixture]
public sealed class SlowReadersTests
{
    private const int Readers = 200;
    private const int Stopping = 10;
    private const int DataBytes = 4 * 1024;
    private const int OutboundBytes = 1024 * 1024;
    private const string Channel = "busy:room";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan ToBeClosed = TimeSpan.FromSeconds(10);

    private readonly List<SlowReader> _readers = [];

    private TestGateway _gateway = null!;
    private SessionRegistry _sessions = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "busy:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:History:Size", "10000"),
            ("Limits:OutboundBytes", $"{OutboundBytes}"),
        ]);
        _sessions = _gateway.Services.GetRequiredService<SessionRegistry>();
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _readers.ForEach(reader => reader.Dispose());
        _readers.Clear();
        await _gateway.DisposeAsync();
    }

    [Test]
    public async Task TheOthers_AndWhoPublishes_NoticeNothing_AndTheTenAreClosed_AndRecover()
    {
        for (var i = 0; i < Readers; i++)
        {
            await SubscribeAsync(Channel);
        }

        SlowReader[] stopping = [.. _readers.Take(Stopping)];
        SlowReader[] others = [.. _readers.Skip(Stopping)];
        using var end = new CancellationTokenSource();
        var publishing = PublishAsync(end.Token);

        await Task.Delay(WarmUp);
        var calm = TimeProvider.System.GetTimestamp();
        await Task.Delay(Phase);
        var stopped = TimeProvider.System.GetTimestamp();
        await StopReadingAsync(stopping);
        await UntilOnlyAsync(others.Length);
        var closedAfter = TimeProvider.System.GetElapsedTime(stopped);
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, (Phase - closedAfter).TotalSeconds)));
        var over = TimeProvider.System.GetTimestamp();
        await StopReadingAsync(others);
        await end.CancelAsync();
        var acknowledgements = await publishing;

        Delays[] deliveries = [.. others.Select(reader => reader.Delays)];
        var (before, after) = (Delays.TypicalP99(deliveries, calm, stopped), Delays.TypicalP99(deliveries, stopped, over));
        var (acksBefore, acksAfter) = (Delays.TypicalP99([acknowledgements], calm, stopped), Delays.TypicalP99([acknowledgements], stopped, over));
        TestContext.Out.WriteLine(
            $"p99 of deliveries {before:0.0} ms, then {after:0.0} ms; of acknowledgements {acksBefore:0.0} ms, then {acksAfter:0.0} ms; closed after {closedAfter}");
        Assert.Multiple(async () =>
        {
            Assert.That(closedAfter, Is.LessThan(ToBeClosed));
            Assert.That(after, Is.LessThan(2 * before));
            Assert.That(acksAfter, Is.LessThan(2 * acksBefore));
            Assert.That(_sessions.All.Count(), Is.EqualTo(others.Length), "nobody else was closed");
            foreach (var reader in stopping)
            {
                Assert.That(await ComeBackAsync(reader.LastOffset), Is.True);
            }
        });
    }

    [Test]
    public async Task Memory_GrowsByTheirBounds_AtMost()
    {
        // Without history, so that what grows is what waits for the readers, and with a channel for each, so that none shares the
        // bytes with another. From its first on, none of them reads.
        for (var i = 0; i < Stopping; i++)
        {
            var reader = await SubscribeAsync($"live:{i}");
            var stopped = reader.StopReadingAsync();
            await _server.PublishAsync($"live:{i}", "message", "first");
            await stopped;
        }

        var baseline = LiveBytes();
        var most = 0L;
        var filler = new string('x', DataBytes);
        for (var n = 0; _sessions.All.Any(); n++)
        {
            for (var i = 0; i < Stopping; i++)
            {
                await _server.PublishAsync($"live:{i}", "message", filler);
            }

            if (n % 10 == 0)
            {
                most = Math.Max(most, LiveBytes() - baseline);
            }
        }

        TestContext.Out.WriteLine($"{most / (double)OutboundBytes / Stopping:0.00} bounds for each");
        Assert.That(most, Is.InRange(Stopping * OutboundBytes / 2, Stopping * OutboundBytes));
    }

    private async Task<SlowReader> SubscribeAsync(string channel)
    {
        _readers.Add(await SlowReader.SubscribeAsync(_gateway.HubUrl, channel));
        return _readers[^1];
    }

    // What GC.GetTotalMemory(true) says differs by up to a twentieth of all that lives.
    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private static Task StopReadingAsync(IEnumerable<SlowReader> readers) => Task.WhenAll(readers.Select(reader => reader.StopReadingAsync()));

    // 100 a second.
    private async Task<Delays> PublishAsync(CancellationToken end)
    {
        var acknowledgements = new Delays();
        var filler = new string('x', DataBytes);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!end.IsCancellationRequested)
        {
            var at = TimeProvider.System.GetTimestamp();
            await _server.PublishAsync(Channel, "message", new { at, filler }, CancellationToken.None);
            acknowledgements.Add(at, TimeProvider.System.GetTimestamp());
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return acknowledgements;
    }

    private async Task UntilOnlyAsync(int sessions)
    {
        using var patience = new CancellationTokenSource(Bounds.Timeout);
        while (_sessions.All.Count() > sessions)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    private async Task<bool> ComeBackAsync(long offset)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.HubUrl, token: null);
        var epoch = (await client.InvokeAsync("GetHistory", $$"""[{"channel":"{{Channel}}","limit":1}]"""))["result"]!["epoch"]!.GetValue<string>();
        var answer = await client.InvokeAsync("Subscribe", $$$"""[{"channels":[{"channel":"{{{Channel}}}","since":{"epoch":"{{{epoch}}}","offset":{{{offset}}}}}]}]""");
        return answer["result"]!["channels"]![0]!["recovered"]!.GetValue<bool>();
    }
}
