using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// Keeps what this node has entered as it is in Redis: at once where Redis answers, later where it does not, and again where the others
/// or the store itself have let go of it. And sweeps what dead nodes and ended graces leave behind, of this node and of all others.
/// </summary>
internal sealed partial class OccupantKeeper : IAsyncDisposable
{
    private const int Stripes = 64;
    private const int BatchSize = 100;
    private const int MaxSweeps = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly RedisLink _link;
    private readonly Node _node;
    private readonly NodeLease _lease;
    private readonly RosterScripts _scripts;
    private readonly ILogger _logger;
    private readonly LocalOccupants _local;
    private readonly GraceTimer _graces;
    private readonly RecurringTask _restoring;
    private readonly RecurringTask _sweeping;

    // What concerns one connection happens in its order, what others of them do meanwhile does not matter.
    private readonly AsyncGate[] _gates = [.. Enumerable.Range(0, Stripes).Select(_ => new AsyncGate())];
    private string? _wanted;

    public OccupantKeeper(RedisLink link, Node node, NodeLease lease, RosterScripts scripts, TimeProvider time, ILogger logger)
    {
        _link = link;
        _node = node;
        _lease = lease;
        _scripts = scripts;
        _logger = logger;
        _local = new LocalOccupants(time);
        _graces = new GraceTimer(time, OnGraceEnded);
        _restoring = new RecurringTask(RestoreAsync, Interval, time, logger);
        _sweeping = new RecurringTask(SweepAllAsync, Interval, time, logger);
        lease.Forgotten += OnForgotten;
    }

    public async ValueTask EnterAsync(string channel, Occupant occupant)
    {
        using var _ = await GateOf(occupant.ConnectionId).EnterAsync(CancellationToken.None);
        _local.Add(channel, occupant);
        try
        {
            await _scripts.EnterAsync(channel, occupant, RosterScripts.Ways.Enter, CancellationToken.None);
        }
        catch (RealtimeException)
        {
            Want(RosterScripts.Ways.Restore);
        }
    }

    public async ValueTask LeaveAsync(string channel, Occupant occupant, TimeSpan grace)
    {
        using var _ = await GateOf(occupant.ConnectionId).EnterAsync(CancellationToken.None);
        _local.Remove(channel, occupant);
        try
        {
            if (await _scripts.LeaveAsync(channel, occupant.MemberId, occupant.ConnectionId, grace, string.Empty, isSwept: false, CancellationToken.None) && grace > TimeSpan.Zero)
            {
                _graces.Begin(channel, occupant, grace);
            }
        }
        catch (RealtimeException)
        {
            _local.AddUntold(channel, occupant, grace);
            Want(RosterScripts.Ways.Restore);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lease.Forgotten -= OnForgotten;
        await _restoring.DisposeAsync();
        await _sweeping.DisposeAsync();
        _graces.Dispose();
    }

    private AsyncGate GateOf(string connectionId) => _gates[(uint)string.GetHashCode(connectionId, StringComparison.Ordinal) % Stripes];

    private void OnForgotten(bool isOtherDirectory) => Want(isOtherDirectory ? RosterScripts.Ways.Quiet : RosterScripts.Ways.Restore);

    // A store that lost everything outweighs others that took something for gone.
    private void Want(string way)
    {
        if (way == RosterScripts.Ways.Quiet)
        {
            Volatile.Write(ref _wanted, way);
        }
        else
        {
            Interlocked.CompareExchange(ref _wanted, way, null);
        }
    }

    private void OnGraceEnded(string channel, Occupant occupant) => _ = Task.Run(async () =>
    {
        try
        {
            await _scripts.LeaveAsync(channel, occupant.MemberId, string.Empty, TimeSpan.Zero, string.Empty, isSwept: false, CancellationToken.None);
        }
        catch (RealtimeException)
        {
            // It is swept when Redis is back.
        }
    });

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _wanted, null) is not { } way)
        {
            return;
        }

        try
        {
            await RestoreAsync(way, cancellationToken);
        }
        catch
        {
            Want(way);
            throw;
        }
    }

    private async Task SweepAllAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxSweeps && await SweepAsync(cancellationToken); i++)
        {
        }
    }

    /// <summary>Makes Redis say of this node what is so: who left leaves, what is not here is taken out, who is here is put in.</summary>
    private async Task RestoreAsync(string way, CancellationToken cancellationToken)
    {
        var untold = _local.TakeUntold();
        try
        {
            foreach (var (channel, occupant, grace) in untold)
            {
                using var _ = await GateOf(occupant.ConnectionId).EnterAsync(cancellationToken);
                if (_local.Find(channel, occupant.ConnectionId) is null)
                {
                    await _scripts.LeaveAsync(channel, occupant.MemberId, occupant.ConnectionId, grace, string.Empty, isSwept: false, cancellationToken);
                }
            }
        }
        catch (RealtimeException)
        {
            // Some were told; telling them again has no effect.
            foreach (var (channel, occupant, grace) in untold)
            {
                _local.AddUntold(channel, occupant, grace);
            }

            throw;
        }

        var answer = await _link.CallAsync(RedisScript.Entered, [_link.Names.Entered(_node.Id)], [], cancellationToken);
        foreach (var entry in answer.Skip(1))
        {
            if (RosterScripts.ReadEntry(entry, 3) is [var channel, var member, var connection])
            {
                using var _ = await GateOf(connection).EnterAsync(cancellationToken);
                if (_local.Find(channel, connection)?.MemberId != member)
                {
                    await _scripts.LeaveAsync(channel, member, connection, TimeSpan.Zero, _node.Id, isSwept: false, cancellationToken);
                }
            }
        }

        var restored = 0;
        foreach (var batch in _local.All().Chunk(BatchSize))
        {
            await Task.WhenAll(batch.Select(async entry =>
            {
                using var _ = await GateOf(entry.Occupant.ConnectionId).EnterAsync(cancellationToken);
                if (_local.Find(entry.Channel, entry.Occupant.ConnectionId) is { } occupant)
                {
                    await _scripts.EnterAsync(entry.Channel, occupant, way, cancellationToken);
                    restored++;
                }
            }));
        }

        LogRestored(restored);
    }

    // True when there may be more.
    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var names = _link.Names;
        var due = await _link.CallAsync(RedisScript.Due, [names.Leases, names.Directory, names.Graces], [names.EnteredPrefix, BatchSize, (long)NodeLease.LongestSilence.TotalMilliseconds], cancellationToken);
        var graces = (int)RosterScripts.NumberOf(due[1]);
        for (var i = 2; i < 2 + graces; i++)
        {
            if (RosterScripts.ReadEntry(due[i], 2) is [var channel, var member])
            {
                await _scripts.LeaveAsync(channel, member, string.Empty, TimeSpan.Zero, string.Empty, isSwept: false, cancellationToken);
            }
        }

        for (var i = 2 + graces; i + 1 < due.Length; i += 2)
        {
            var node = (string)due[i]!;
            if (RosterScripts.ReadEntry(due[i + 1], 3) is [var channel, var member, var connection])
            {
                await _scripts.LeaveAsync(channel, member, connection, TimeSpan.Zero, node, isSwept: true, cancellationToken);
            }
            else if (node != _node.Id)
            {
                LogSwept(node);
                await _link.CallAsync(RedisScript.Forget, [names.Leases, names.Applied, names.Entered(node)], [node], cancellationToken);
            }
        }

        return due.Length - 2 >= BatchSize;
    }

    [LoggerMessage(1, LogLevel.Information, "What this node has in Redis was made right: {Occupants} connections in channels.")]
    private partial void LogRestored(int occupants);

    [LoggerMessage(2, LogLevel.Information, "Node {Node} has ended, and all that it had is taken out.")]
    private partial void LogSwept(string node);
}
