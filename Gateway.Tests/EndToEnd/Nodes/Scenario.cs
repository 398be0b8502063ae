using System.Diagnostics;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Publishers and readers on all nodes of a cluster, in channels of their own, and who checks what they tell.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    // How long readers may take to have all that was published, when the fault is over; a reader whom nobody answers waits longest.
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(20);

    // After a node has died (promise 10).
    private static readonly TimeSpan MembersAreRight = TimeSpan.FromSeconds(20);

    private readonly Cluster _cluster;
    private readonly Publishers _publishers;
    private readonly Lock _lock = new();
    private readonly List<Reader> _readers = [];
    private readonly string _name;

    public Scenario(Cluster cluster, string name)
    {
        _cluster = cluster;
        _name = $"{name}-{Guid.NewGuid():n}"[..(name.Length + 7)];
        Channels = [$"chat:{_name}-1", $"chat:{_name}-2", $"live:{_name}"];
        _publishers = new Publishers(cluster, Checker, Api, Channels);
    }

    public HistoryChecker Checker { get; } = new();

    public ServerApi Api { get; } = new();

    /// <summary>Where it is published: two that keep history, and one that does not.</summary>
    public IReadOnlyList<string> Channels { get; }

    public IReadOnlyList<Reader> Readers => _readers;

    public PublishingTally Tally => _publishers.Tally;

    /// <summary>A cluster without a fault, with four readers on each node who read all channels.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">What its channels are named after.</param>
    /// <param name="perSecond">How much is published.</param>
    public static async Task<Scenario> StartAsync(Cluster cluster, string name, int perSecond = 300)
    {
        const int ReadersOfANode = 4;
        var scenario = new Scenario(cluster, name);
        await Task.WhenAll(cluster.Nodes.SelectMany(node => Enumerable.Range(0, ReadersOfANode).Select(_ => scenario.ReadAsync(node))));
        scenario._publishers.Start(perSecond);
        return scenario;
    }

    /// <summary>A reader who begins on this node and comes back to any.</summary>
    /// <param name="node">The node.</param>
    /// <param name="channels">What it reads; null for all that the scenario has.</param>
    /// <param name="userId">Who it is; null for somebody new.</param>
    /// <param name="patience">How long it hears nothing before it goes; null for what the protocol says.</param>
    /// <param name="teams">Its teams.</param>
    public async Task<Reader> ReadAsync(
        ClusterNode node,
        IReadOnlyList<string>? channels = null,
        string? userId = null,
        TimeSpan? patience = null,
        params string[] teams)
    {
        Reader reader;
        lock (_lock)
        {
            reader = new Reader(Checker, userId ?? $"{_name}-{_readers.Count}", channels ?? Channels, UrlOf)
            {
                Teams = teams,
                Patience = patience ?? TimeSpan.FromSeconds(30),
            };
            _readers.Add(reader);
        }

        await reader.StartAsync();
        return reader;

        string UrlOf(int connection)
        {
            var live = _cluster.LiveNodes;
            return connection == 0 || live.Count == 0 ? node.HubUrl : live[Random.Shared.Next(live.Count)].HubUrl;
        }
    }

    /// <summary>Publishes one, until it is acknowledged; returns where it is.</summary>
    public async Task<Position?> PublishAsync(ClusterNode node, string channel)
    {
        var text = Guid.NewGuid().ToString("n");
        var attempt = Checker.Sending(channel, text);
        var since = Stopwatch.StartNew();
        while (true)
        {
            var outcome = await Api.PublishAsync(node, channel, text, id: text);
            if (outcome.IsAcknowledged)
            {
                attempt.Acknowledged(Checker.Shared(outcome.Id!), outcome.Position);
                return outcome.Position;
            }

            Assert.That(since.Elapsed, Is.LessThan(Bounds.Timeout), $"{node.Name} acknowledges nothing in {channel}; its last word was '{outcome.Code}'");
            await Task.Delay(50);
        }
    }

    /// <summary>How long it takes from now until a publication is acknowledged on each of these nodes.</summary>
    public async Task<TimeSpan> UntilServiceIsBackAsync(IEnumerable<ClusterNode> nodes)
    {
        var since = Stopwatch.StartNew();
        await Task.WhenAll(nodes.Select(node => PublishAsync(node, Channels[0])));
        return since.Elapsed;
    }

    /// <summary>Returns when all who read a channel are where it is, or fails.</summary>
    public async Task UntilAllHaveAsync(string channel, Position top, TimeSpan? limit = null)
    {
        var readers = Readers.Where(reader => reader.ComesBack && reader.Channels.Contains(channel) && !reader.Revoked.Contains(channel)).ToArray();
        try
        {
            await Task.WhenAll(readers.Select(reader => reader.ReachAsync(channel, top))).WaitAsync(limit ?? LongestCatchUp);
        }
        catch (TimeoutException)
        {
            var behind = readers.Where(reader => !reader.ReachAsync(channel, top).IsCompleted).Select(reader => $"{reader.UserId} at {reader.At(channel)}");
            throw new AssertionException($"Not all have what was published in {channel} up to {top}: {string.Join(", ", behind)}");
        }
    }

    /// <summary>Returns when every node lists who is there and nobody else, or when that has taken too long; the checker is told.</summary>
    /// <param name="limit">How long it may take; null for as long as after the death of a node.</param>
    public async Task UntilMembersAreRightAsync(TimeSpan? limit = null)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var lists = await ReadMembersAsync();
            var isOver = since.Elapsed > (limit ?? MembersAreRight);
            if (isOver || lists.TrueForAll(list => list.Read?.Order(StringComparer.Ordinal).SequenceEqual(list.Truth) is true))
            {
                lists.ForEach(list => Checker.MembersAre(list.Where, list.Read ?? [], list.Truth));
                return;
            }

            await Task.Delay(200);
        }
    }

    /// <summary>Ends the publishing, waits until all have all, and returns what is wrong.</summary>
    public async Task<Findings> EndAsync()
    {
        await _publishers.StopAsync();
        var behind = new List<string>();
        foreach (var channel in Channels)
        {
            // The last word in each, so that it is known where the channel is.
            if (await PublishAsync(_cluster.LiveNodes[0], channel) is { } top)
            {
                try
                {
                    await UntilAllHaveAsync(channel, top);
                }
                catch (AssertionException exception)
                {
                    behind.Add(exception.Message); // The checker says more.
                }
            }
        }

        await UntilMembersAreRightAsync();
        await Task.WhenAll(_readers.Select(reader => reader.StopAsync()));
        var findings = Checker.Check();
        await TestContext.Out.WriteLineAsync($"{findings}{Tally}");
        if (findings.All.Any())
        {
            RealTimeAttribute.NoPauseExplains();
        }

        Assert.Multiple(() =>
        {
            Assert.That(findings.All, Is.Empty);
            Assert.That(behind, Is.Empty);
        });
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await _publishers.AbandonAsync();
        foreach (var reader in _readers)
        {
            try
            {
                await reader.StopAsync();
            }
            catch (Exception exception) when (exception is FormatException or TimeoutException or System.Text.Json.JsonException)
            {
                await TestContext.Out.WriteLineAsync($"{reader.UserId} could not read: {exception.Message}"); // The test has failed.
            }
        }

        Api.Dispose();
    }

    private async Task<List<(string Where, IReadOnlyList<string>? Read, IReadOnlyList<string> Truth)>> ReadMembersAsync()
    {
        var lists = new List<(string, IReadOnlyList<string>?, IReadOnlyList<string>)>();
        foreach (var channel in _readers.SelectMany(reader => reader.Channels).Distinct().ToArray())
        {
            string[] truth = [.. _readers
                .Where(reader => reader.IsSubscribed && reader.Channels.Contains(channel) && !reader.Revoked.Contains(channel))
                .Select(reader => $"user:{reader.UserId}")
                .Order(StringComparer.Ordinal)];
            foreach (var node in _cluster.LiveNodes)
            {
                lists.Add(($"{channel} by {node.Name}", await Api.TryGetMembersAsync(node, channel), truth));
            }
        }

        return lists;
    }
}
