using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// The directory of gateways that share a Redis. What a node has entered is there for as long as its lease is; so one renewal stands for
/// all of it, and what a dead node leaves behind is swept by the others.
/// </summary>
internal sealed class RedisDirectory : IDirectory, IAsyncDisposable
{
    private const int BatchSize = 200;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(3);

    private readonly RedisLink _link;
    private readonly NodeLease _lease;
    private readonly Subscriptions _subscriptions;
    private readonly RosterScripts _scripts;
    private readonly OccupantKeeper _keeper;
    private readonly ListenedTable<WatchedRoster, IDirectoryHandler> _watched;
    private readonly RecurringTask _checking;

    public RedisDirectory(
        RedisLink link,
        Node node,
        NodeLease lease,
        Subscriptions subscriptions,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<RedisDirectory> logger)
    {
        _link = link;
        _lease = lease;
        _subscriptions = subscriptions;
        _scripts = new RosterScripts(link, subscriptions, node);
        _watched = new ListenedTable<WatchedRoster, IDirectoryHandler>(
            channel => new WatchedRoster(channel, lease, metrics, time),
            (channel, roster) => subscriptions.RemoveAsync(channel, roster.OnMessage));
        _keeper = new OccupantKeeper(link, node, lease, _scripts, time, logger);
        _checking = new RecurringTask(CheckAsync, CheckInterval, time, logger);
        lease.Opened += OnOpened;
    }

    public ValueTask EnterAsync(string channel, Occupant occupant) => _keeper.EnterAsync(channel, occupant);

    public ValueTask LeaveAsync(string channel, Occupant occupant, TimeSpan grace) => _keeper.LeaveAsync(channel, occupant, grace);

    public async ValueTask<MemberSlice> ReadAsync(string channel, string? after, int limit, CancellationToken cancellationToken)
    {
        _lease.Demand();
        RedisKey[] keys = [_link.Names.Roster(channel), _link.Names.Order(channel)];
        RedisValue[] arguments = [after ?? string.Empty, after is null ? string.Empty : "1", limit];
        var answer = await _link.CallAsync(RedisScript.Members, keys, arguments, cancellationToken);
        var members = new List<Member>();
        for (var i = 3; i < answer.Length; i += 5)
        {
            var profile = (byte[]?)answer[i + 3];
            if (RosterText.TryReadMember(
                (string)answer[i]!,
                (string)answer[i + 1]!,
                (int)RosterScripts.NumberOf(answer[i + 2]),
                profile,
                RosterScripts.NumberOf(answer[i + 4]),
                out var member))
            {
                members.Add(member);
            }
        }

        return new MemberSlice((int)RosterScripts.NumberOf(answer[1]), members, IsLast: (string?)answer[2] == "1");
    }

    public async ValueTask<IReadOnlyList<Occupant>> ConnectionsAsync(string channel, string memberId, CancellationToken cancellationToken)
    {
        _lease.Demand();
        var answer = await _link.CallAsync(RedisScript.Connections, [_link.Names.Roster(channel)], [memberId], cancellationToken);
        var userId = RosterText.UserOf((string)answer[1]!);
        var occupants = new List<Occupant>();
        for (var i = 2; i < answer.Length; i += 3)
        {
            if (RosterText.TryReadTime(RosterScripts.NumberOf(answer[i + 1]), out var enteredAt)
                && RosterText.TryReadProfile((byte[]?)answer[i + 2], out var profile))
            {
                occupants.Add(new Occupant((string)answer[i]!, userId, profile, enteredAt));
            }
        }

        return occupants;
    }

    public async ValueTask<ChannelSlice> ChannelsAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        _lease.Demand();
        var isAfter = after is not null && string.CompareOrdinal(after, prefix) >= 0;
        RedisValue[] arguments = [isAfter ? "(" + after : prefix.Length > 0 ? "[" + prefix : "-", prefix, limit];
        var answer = await _link.CallAsync(RedisScript.Channels, [_link.Names.Connections, _link.Names.Channels], arguments, cancellationToken);
        var channels = new List<(string Name, int Connections)>();
        for (var i = 2; i < answer.Length; i += 2)
        {
            channels.Add(((string)answer[i]!, (int)RosterScripts.NumberOf(answer[i + 1])));
        }

        return new ChannelSlice(channels, IsLast: (string?)answer[1] == "1");
    }

    public async ValueTask<int> CountConnectionsAsync(string channel, CancellationToken cancellationToken)
    {
        _lease.Demand();
        var answer = await _link.CallAsync(RedisScript.Count, [_link.Names.Connections], [channel], cancellationToken);
        return (int)RosterScripts.NumberOf(answer[1]);
    }

    // Of each node there is one of these; no other node is spoken for.
    public ValueTask ReportAsync(Node node, Position applied) => _lease.ReportAsync(applied);

    public ValueTask RetireAsync(Node node) => _lease.RetireAsync();

    public async ValueTask<IReadOnlyList<NodeState>> NodesAsync(CancellationToken cancellationToken)
    {
        var answer = await _link.CallAsync(RedisScript.Nodes, [_link.Names.Leases, _link.Names.Applied], [], cancellationToken);
        return [.. answer.Skip(1).Chunk(2).Select(pair => new NodeState((string)pair[0]!, NodeLease.Read((string?)pair[1])))];
    }

    public ValueTask WatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken) => _watched.AddAsync(
        channel,
        handler,
        async (roster, isFirst) =>
        {
            if (isFirst)
            {
                await _subscriptions.AddAsync(channel, roster.OnMessage, cancellationToken);
                roster.Begin((await VersionsAsync([channel], cancellationToken))[0]);
            }
        },
        cancellationToken);

    public ValueTask UnwatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken) => _watched.RemoveAsync(channel, handler);

    public async ValueTask DisposeAsync()
    {
        _lease.Opened -= OnOpened;
        await _checking.DisposeAsync();
        await _keeper.DisposeAsync();
    }

    // What was not delivered while the fence was closed is not known to anybody here.
    private void OnOpened()
    {
        foreach (var (_, roster) in _watched.All)
        {
            roster.Miss();
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _watched.All.Chunk(BatchSize))
        {
            var versions = await VersionsAsync([.. batch.Select(entry => entry.Key)], cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i].Value.Check(versions[i]);
            }
        }
    }

    private async ValueTask<long[]> VersionsAsync(string[] channels, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [.. channels.Select(_link.Names.Roster)];
        var answer = await _link.CallAsync(RedisScript.Versions, keys, [], cancellationToken);
        return [.. answer.Skip(1).Select(RosterScripts.NumberOf)];
    }
}
