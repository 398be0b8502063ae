using System.Collections.Concurrent;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>The directory of a gateway that is one process. Several handlers on one instance are several nodes.</summary>
internal sealed partial class MemoryDirectory : IDirectory, IDisposable
{
    private readonly ConcurrentDictionary<string, Roster> _rosters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Position> _nodes = new(StringComparer.Ordinal);
    private readonly GraceTimer _graces;
    private readonly ILogger<MemoryDirectory> _logger;

    public MemoryDirectory(TimeProvider time, ILogger<MemoryDirectory> logger)
    {
        _graces = new GraceTimer(time, OnGraceEnded);
        _logger = logger;
    }

    public ValueTask EnterAsync(string channel, Occupant occupant)
    {
        while (!_rosters.GetOrAdd(channel, NewRoster).TryEnter(occupant))
        {
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask LeaveAsync(string channel, Occupant occupant, TimeSpan grace)
    {
        // Each leaving has a grace of its own: a copy tells it from the next leaving of the same connection.
        occupant = occupant with { };
        if (_rosters.TryGetValue(channel, out var roster) && roster.Leave(occupant, isExpectedBack: grace > TimeSpan.Zero))
        {
            if (grace > TimeSpan.Zero)
            {
                _graces.Begin(channel, occupant, grace);
            }
            else
            {
                Retire(channel, roster);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<MemberSlice> ReadAsync(string channel, string? after, int limit, CancellationToken cancellationToken) =>
        new(_rosters.TryGetValue(channel, out var roster) ? roster.Read(after, limit) : new MemberSlice(0, [], IsLast: true));

    public ValueTask<IReadOnlyList<Occupant>> ConnectionsAsync(string channel, string memberId, CancellationToken cancellationToken) =>
        new(_rosters.TryGetValue(channel, out var roster) ? roster.ConnectionsOf(memberId) : []);

    public ValueTask<ChannelSlice> ChannelsAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        // An order of all channels that is kept up to date would cost every coming and going; whoever lists them is rare.
        (string Name, int Connections)[] found =
        [
            .. _rosters
                .Where(entry => !entry.Key.StartsWith('$') && entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Where(entry => after is null || string.CompareOrdinal(entry.Key, after) > 0)
                .Select(entry => (Name: entry.Key, Connections: entry.Value.CountConnections()))
                .Where(channel => channel.Connections > 0)
                .OrderBy(channel => channel.Name, StringComparer.Ordinal)
                .Take(limit + 1),
        ];
        return new(new ChannelSlice(found.Length > limit ? found[..limit] : found, IsLast: found.Length <= limit));
    }

    public ValueTask<int> CountConnectionsAsync(string channel, CancellationToken cancellationToken) =>
        new(_rosters.TryGetValue(channel, out var roster) ? roster.CountConnections() : 0);

    public ValueTask ReportAsync(Node node, Position applied)
    {
        _nodes[node.Id] = applied;
        return ValueTask.CompletedTask;
    }

    public ValueTask RetireAsync(Node node)
    {
        _nodes.TryRemove(node.Id, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<NodeState>> NodesAsync(CancellationToken cancellationToken) =>
        new([.. _nodes.Select(entry => new NodeState(entry.Key, entry.Value))]);

    public ValueTask WatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken)
    {
        while (!_rosters.GetOrAdd(channel, NewRoster).TryWatch(handler))
        {
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask UnwatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken)
    {
        if (_rosters.TryGetValue(channel, out var roster))
        {
            roster.Unwatch(handler);
            Retire(channel, roster);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _graces.Dispose();

    private static Roster NewRoster(string channel) => new(channel);

    private void OnGraceEnded(string channel, Occupant occupant)
    {
        if (!_rosters.TryGetValue(channel, out var roster))
        {
            return;
        }

        try
        {
            roster.GiveUp(occupant);
            Retire(channel, roster);
        }
        catch (Exception exception)
        {
            // A handler failed. Nobody above this could do more about it, and the others' graces have ended too.
            LogHandlerFailed(channel, exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "That a member has left {Channel} could not be told to everybody.")]
    private partial void LogHandlerFailed(string channel, Exception exception);

    /// <summary>Forgets a roster that nobody is in or watches. Whoever holds it meanwhile finds it retired and takes a new one.</summary>
    private void Retire(string channel, Roster roster)
    {
        if (roster.TryRetire())
        {
            _rosters.TryRemove(KeyValuePair.Create(channel, roster));
        }
    }
}
