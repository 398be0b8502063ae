using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Primitives;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>
/// The checker finds what it is there to find: a gateway between whose parts somebody drops or swaps one publication in a thousand, and
/// a network that does it behind the gateway.
/// </summary>
[TestFixture]
public sealed class CheckerProofTests
{
    private const string Channel = "chat:proof";
    private const int Readers = 3;
    private const int Publications = 2500;
    private const int OneIn = 1000;

    [Test]
    public async Task NobodyMeddles_AndNothingIsFound()
    {
        var findings = await RunAsync(handler => handler);
        Assert.Multiple(() =>
        {
            Assert.That(findings.All, Is.Empty);
            Assert.That(findings.Acknowledged, Is.EqualTo(Publications));
            Assert.That(findings.Delivered, Is.EqualTo(Readers * Publications));
        });
    }

    [Test]
    public async Task OneInAThousandIsDropped_AndFound()
    {
        var findings = await RunAsync(handler => new MeddlingHandler(handler, OneIn, (_, second) => [second]));
        AssertFound(findings, (Violation.Lost, 2 * Readers), (Violation.SilentSkip, 2 * Readers));
    }

    [Test]
    public async Task TwoInAThousandAreSwapped_AndFound()
    {
        // A channel takes the later one for progress and the earlier one for a repeat, so it is the earlier one that is lost.
        var findings = await RunAsync(handler => new MeddlingHandler(handler, OneIn, (first, second) => [second, first]));
        AssertFound(findings, (Violation.Lost, 2 * Readers), (Violation.SilentSkip, 2 * Readers));
    }

    [Test]
    public async Task PayloadsOfTwoInAThousandAreSwapped_AndFound()
    {
        var findings = await RunAsync(handler => new MeddlingHandler(
            handler,
            OneIn,
            (first, second) => [first with { Data = second.Data, Id = second.Id }, second with { Data = first.Data, Id = first.Id }]));
        AssertFound(findings, (Violation.TwoPayloads, 4 * Readers));
    }

    [Test]
    public async Task TwoInAThousandAreSwapped_BehindTheGateway_AndFound()
    {
        var findings = await RunAsync(handler => handler, () => Meddle((first, second) => [second, first]));
        AssertFound(findings, (Violation.Disorder, 2 * Readers), (Violation.SilentSkip, 2 * Readers));
    }

    [Test]
    public async Task OneInAThousandComesTwice_AndIsFound()
    {
        var findings = await RunAsync(handler => handler, () => Meddle((first, second) => [first, second, first.DeepClone()]));
        AssertFound(findings, (Violation.Duplicate, 2 * Readers));
    }

    private static async Task<Findings> RunAsync(
        Func<IBrokerHandler, IBrokerHandler> wrap,
        Func<Func<JsonNode, IEnumerable<JsonNode>>>? meddler = null)
    {
        await using var gateway = await TestGateway.StartAsync(
            services: services => services.AddSingleton<IBroker>(provider =>
                new MeddlingBroker(ActivatorUtilities.CreateInstance<MemoryBroker>(provider), wrap)));
        var checker = new HistoryChecker();
        var readers = Enumerable.Range(0, Readers)
            .Select(n => new Reader(checker, $"reader-{n}", [Channel], _ => gateway.HubUrl) { Meddler = meddler?.Invoke() })
            .ToArray();
        await Task.WhenAll(readers.Select(reader => reader.StartAsync()));
        var publisher = gateway.Services.GetRequiredService<IRealtimePublisher>();
        Position? top = null;
        for (var i = 0; i < Publications; i++)
        {
            var attempt = checker.Sending(Channel, $"{i}");
            var result = await publisher.PublishAsync(Channel, "message", $"{i}");
            attempt.Acknowledged(result.Id, top = new Position(result.Epoch!, result.Offset!.Value));
        }

        await Task.WhenAll(readers.Select(reader => reader.ReachAsync(Channel, top!))).InTime();
        await Task.WhenAll(readers.Select(reader => reader.StopAsync()));
        return checker.Check();
    }

    // Makes something else of an event in a thousand, and the one behind it.
    private static Func<JsonNode, IEnumerable<JsonNode>> Meddle(Func<JsonNode, JsonNode, JsonNode[]> change)
    {
        var pairs = new Pairs<JsonNode>(OneIn, change);
        return message => (string?)message["target"] == "event" ? pairs.Next(message) : [message];
    }

    private static void AssertFound(Findings findings, params (Violation Violation, int Count)[] expected) => Assert.That(
        Enum.GetValues<Violation>().Select(violation => (violation, findings.Of(violation))).Where(found => found.Item2 > 0),
        Is.EquivalentTo(expected),
        string.Join('\n', findings.All));

    /// <summary>Of so many each, takes one and the one behind it together.</summary>
    private sealed class Pairs<T>(int oneIn, Func<T, T, T[]> change)
        where T : class
    {
        private int _count;
        private T? _held;

        public T[] Next(T one)
        {
            if (_held is { } first)
            {
                _held = null;
                return change(first, one);
            }

            if (++_count % oneIn == 0)
            {
                _held = one;
                return [];
            }

            return [one];
        }
    }

    /// <summary>A broker that brings what it brings to others than those who asked.</summary>
    private sealed class MeddlingBroker(IBroker broker, Func<IBrokerHandler, IBrokerHandler> wrap) : IBroker
    {
        private readonly ConcurrentDictionary<(string, IBrokerHandler), IBrokerHandler> _handlers = new();

        public ValueTask<Result<Receipt>> PublishAsync(Publication publication, Retention? retention, IdempotencyKey? key, CancellationToken cancellationToken) =>
            broker.PublishAsync(publication, retention, key, cancellationToken);

        public ValueTask<int> SendAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
            broker.SendAsync(channel, message, cancellationToken);

        public ValueTask<Position?> SubscribeAsync(string channel, Retention? retention, IBrokerHandler handler, CancellationToken cancellationToken) =>
            broker.SubscribeAsync(channel, retention, _handlers[(channel, handler)] = channel == Channel ? wrap(handler) : handler, cancellationToken);

        public ValueTask UnsubscribeAsync(string channel, IBrokerHandler handler, CancellationToken cancellationToken) =>
            broker.UnsubscribeAsync(channel, _handlers[(channel, handler)], cancellationToken);

        public ValueTask<HistoryPage> ReadAsync(string channel, Retention retention, long? after, int limit, bool reverse, CancellationToken cancellationToken) =>
            broker.ReadAsync(channel, retention, after, limit, reverse, cancellationToken);

        public ValueTask<Position> ClearAsync(string channel, Retention retention, CancellationToken cancellationToken) =>
            broker.ClearAsync(channel, retention, cancellationToken);
    }

    /// <summary>Makes something else of one publication in so many, and the one behind it.</summary>
    private sealed class MeddlingHandler(IBrokerHandler handler, int oneIn, Func<Publication, Publication, Publication[]> change) : IBrokerHandler
    {
        private readonly Pairs<Publication> _pairs = new(oneIn, change);

        public void OnPublication(Publication publication) => Array.ForEach(_pairs.Next(publication), handler.OnPublication);

        public void OnGap(Position top, string reason) => handler.OnGap(top, reason);

        public void OnMessage(ReadOnlyMemory<byte> message) => handler.OnMessage(message);
    }
}
