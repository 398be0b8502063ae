using System.Diagnostics;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>
/// Publishers on all nodes that publish at a rate together, half of them over the hub and half over HTTP, half of each with an id of
/// their own: those repeat what has an unknown outcome, on another node; over the hub by the same connection as long as it lasts.
/// </summary>
internal sealed class Publishers(Cluster cluster, HistoryChecker checker, ServerApi api, IReadOnlyList<string> channels)
{
    private const int Count = 12;

    private static readonly TimeSpan PauseBeforeARepeat = TimeSpan.FromMilliseconds(100);

    // Long enough for every fault; what is unknown then stays so.
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(45);

    private readonly string _run = Guid.NewGuid().ToString("n")[..8];
    private volatile bool _isStopping;
    private volatile bool _isAbandoned;
    private Task _running = Task.CompletedTask;

    public PublishingTally Tally { get; } = new();

    /// <summary>Begins.</summary>
    /// <param name="perSecond">How many are sent in a second by all of them together, as long as they are answered.</param>
    public void Start(int perSecond) =>
        _running = Task.WhenAll(Enumerable.Range(0, Count).Select(n => RunAsync(n, TimeSpan.FromSeconds((double)Count / perSecond))));

    /// <summary>Ends it. Who is repeating something does so until it is answered, or has taken too long.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        return _running;
    }

    /// <summary>Ends it, whatever is unknown.</summary>
    public Task AbandonAsync()
    {
        _isAbandoned = true;
        return StopAsync();
    }

    private async Task RunAsync(int n, TimeSpan interval)
    {
        await using IPublishingClient client = n % 2 == 0 ? new HubPublishingClient($"publisher-{n}") : new HttpPublishingClient(api);
        using var timer = new PeriodicTimer(interval);
        for (var i = 0; !_isStopping; i++)
        {
            // Where nothing is kept, a repeat after Redis has lost its ids comes twice, as it may.
            var (channel, text) = (channels[i % channels.Count], $"{_run}-{n}-{i}");
            var isRepeatable = n % 4 < 2 && channel.StartsWith("chat:", StringComparison.Ordinal);
            await PublishAsync(client, n, channel, text, id: isRepeatable ? text : null);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task PublishAsync(IPublishingClient client, int n, string channel, string text, string? id)
    {
        var attempt = checker.Sending(channel, text);
        var since = Stopwatch.StartNew();
        var moves = 0;
        for (var call = 0; ; call++)
        {
            var start = since.Elapsed;
            var outcome = await client.PublishAsync(NodeOf(n + moves), channel, text, id);
            moves += client is HttpPublishingClient || outcome.Code is null ? 1 : 0;
            Tally.Add(outcome, since.Elapsed - start, isRepeat: call > 0);
            if (outcome.IsAcknowledged)
            {
                attempt.Acknowledged(checker.Shared(outcome.Id!), outcome.Position);
                return;
            }

            if (!outcome.IsUnknown)
            {
                attempt.Refused();
                return;
            }

            if (id is null || since.Elapsed > LongestRepeat || _isAbandoned)
            {
                return;
            }

            await Task.Delay(PauseBeforeARepeat);
        }
    }

    private ClusterNode NodeOf(int n)
    {
        var live = cluster.LiveNodes;
        return live.Count > 0 ? live[n % live.Count] : cluster.Nodes[n % cluster.Nodes.Count];
    }
}
