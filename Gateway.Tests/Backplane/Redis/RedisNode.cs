using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Redis;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>The backplane of one node, on a real Redis, without the gateway above it: what a node has to apply counts as applied.</summary>
internal sealed class RedisNode : IAsyncDisposable, IBrokerHandler
{
    private readonly Subscriptions _subscriptions;
    private readonly bool _appliesNothingMore;
    private int _returns;

    private RedisNode(string address, string prefix, Node node, bool appliesNothingMore)
    {
        _appliesNothingMore = appliesNothingMore;
        var settings = RedisSettings.Compile(new RedisOptions { Configuration = address, Prefix = prefix }, [])!;
        var metrics = TestMetrics.Unheard;
        Node = node;
        Link = new RedisLink(settings, Node, TimeProvider.System, NullLogger<RedisLink>.Instance);
        Lease = new NodeLease(Link, Node, TimeProvider.System, NullLogger<NodeLease>.Instance);
        _subscriptions = new Subscriptions(Link, Node, metrics, TimeProvider.System);
        Broker = new RedisBroker(Link, Lease, _subscriptions, metrics, TimeProvider.System, NullLogger<RedisBroker>.Instance);
        Directory = new RedisDirectory(Link, Node, Lease, _subscriptions, metrics, TimeProvider.System, NullLogger<RedisDirectory>.Instance);
        Records = new RedisRecordStore(Link);
        Link.Restored += () => Interlocked.Increment(ref _returns);
        Lease.Opened += () => Interlocked.Increment(ref _returns);
    }

    public Node Node { get; }

    public RedisLink Link { get; }

    public NodeLease Lease { get; }

    public RedisBroker Broker { get; }

    public RedisDirectory Directory { get; }

    public RedisRecordStore Records { get; }

    /// <summary>Another number whenever the link or the lease was lost, or is back: odd while there is no link.</summary>
    public int Disturbances => (2 * Volatile.Read(ref _returns)) + (Link.IsUp ? 0 : 1);

    /// <summary>A node that is one with the others of this prefix.</summary>
    /// <param name="server">The Redis.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="name">What it is called; null for a name of its own.</param>
    /// <param name="appliesNothingMore">Whether it is stuck from then on.</param>
    public static async Task<RedisNode> StartAsync(RedisServer server, string prefix, Node? name = null, bool appliesNothingMore = false)
    {
        var node = new RedisNode(server.Address, prefix, name ?? Node.New(), appliesNothingMore);
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Lease.Opened += () => opened.TrySetResult();
        var start = await node.Broker.SubscribeAsync(NodeChannels.Control, NodeChannels.ControlRetention, node, default);
        await node.Directory.ReportAsync(node.Node, start!);
        if (!node.Lease.IsHeld)
        {
            await opened.Task.InTime();
        }

        return node;
    }

    public void OnPublication(Publication publication) => Apply(publication.Position!);

    public void OnGap(Position top, string reason) => Apply(top);

    public void OnMessage(ReadOnlyMemory<byte> message)
    {
    }

    private void Apply(Position position)
    {
        if (!_appliesNothingMore)
        {
            _ = Directory.ReportAsync(Node, position).AsTask(); // It does not fail.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Directory.DisposeAsync();
        await Broker.DisposeAsync();
        await Lease.DisposeAsync();
        _subscriptions.Dispose();
        await Link.DisposeAsync();
    }
}
