using System.Diagnostics.Metrics;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Channels;
using RealtimeGateway.Configuration;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Bench.Micro;

/// <summary>
/// One publication through the <see cref="Publisher"/> and the memory broker to the one subscriber of its channel: the checks of
/// what is published, its position, its history and its way to the audience. Permission and rate limits come before.
/// </summary>
[MemoryDiagnoser]
public class PublishToMemory
{
    private readonly Draft _draft = new()
    {
        Channels = [Sample.Channel],
        Event = Sample.Event,
        Data = JsonDocument.Parse(Sample.Data).RootElement,
        Sender = Sample.Sender,
    };

    private Publisher _publisher = null!;

    /// <summary>Whether the channel keeps the last 100.</summary>
    [Params(false, true)]
    public bool KeepsHistory { get; set; }

    /// <summary>Makes a node of which the channel has a subscriber.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        var time = TimeProvider.System;
        var broker = new MemoryBroker(new MemoryBrokerOptions(IdleChannels: 1_000, HistoryBytes: 100_000_000), time);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var metrics = new GatewayMetrics(meters);
        var services = new ChannelServices(
            broker,
            new MemoryDirectory(time, NullLogger<MemoryDirectory>.Instance),
            new RecoveryLimits(Publications: 1_000, SeamBytes: 65_536),
            metrics,
            time);
        var channels = new ChannelRegistry(services, Policies());
        var rules = new DraftRules(maxBytes: 32_768, maxChannels: 100, maxTotalBytes: 524_288);
        _publisher = new Publisher(broker, channels, rules, metrics, time);
        await channels.JoinAsync(Sample.Channel, new DroppingSubscriber(1), SubscriberInterests.Everything, since: null, CancellationToken.None);
        Expect.That(await PublishAsync() is null != KeepsHistory, "History is not kept as it is said.");
    }

    /// <summary>Publishes it.</summary>
    /// <returns>Its offset.</returns>
    [Benchmark]
    public async ValueTask<long?> PublishAsync()
    {
        var prepared = _publisher.Prepare(_draft).OrThrow();
        var results = (await _publisher.PublishAsync(prepared, CancellationToken.None)).OrThrow();
        return results[0].Offset;
    }

    private Live<PolicySet> Policies()
    {
        var written = new ChannelPolicyOptions { Pattern = "auction:*" };
        if (KeepsHistory)
        {
            written.History = new HistoryOptions { Size = 100, Ttl = TimeSpan.FromMinutes(10) };
        }

        return PolicyCompiler.Compile([written], broadcast: [], problems: []);
    }
}
