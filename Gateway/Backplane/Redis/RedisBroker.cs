using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>The broker of gateways that share a Redis: what they publish goes through one script, and what they hear is compared with what it kept.</summary>
internal sealed partial class RedisBroker : IBroker, IAsyncDisposable
{
    /// <summary>How long the position of a channel that keeps nothing and that nobody hears is remembered.</summary>
    private static readonly TimeSpan PositionLife = TimeSpan.FromDays(1);

    /// <summary>The same of one in which nothing was ever published: whoever asks for names is not to fill the store.</summary>
    private static readonly TimeSpan BlankLife = TimeSpan.FromHours(1);

    /// <summary>How long the order of a channel without history is remembered.</summary>
    private static readonly TimeSpan LiveLife = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan KeyWindow = TimeSpan.FromMinutes(5);

    /// <summary>How often channels are compared with the store: what did not come is noticed within 10 s (promise 3).</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(3);

    /// <summary>How often the positions of channels that are heard, and the entries in registries, are renewed.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(60);

    /// <summary>Subscriptions come back a moment after the link does.</summary>
    private static readonly TimeSpan RestoreDelay = TimeSpan.FromMilliseconds(250);

    private const int MaxKeys = 100_000;
    private const int MaxPageBytes = 2 * 1024 * 1024;
    private const int BatchSize = 200;
    private const int MaxRepairs = 32;

    private readonly RedisLink _link;
    private readonly NodeLease _lease;
    private readonly Subscriptions _subscriptions;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisBroker> _logger;
    private readonly ListenedTable<HeardChannel, IBrokerHandler> _heard;

    // All channels may be behind at once. Their reading is not to be what the store is too busy for.
    private readonly SemaphoreSlim _repairs = new(MaxRepairs, MaxRepairs);
    private readonly RecurringTask _checking;
    private readonly RecurringTask _renewing;

    public RedisBroker(
        RedisLink link,
        NodeLease lease,
        Subscriptions subscriptions,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<RedisBroker> logger)
    {
        _link = link;
        _lease = lease;
        _subscriptions = subscriptions;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _heard = new ListenedTable<HeardChannel, IBrokerHandler>(
            channel => new HeardChannel(channel, this, lease, metrics, time),
            (channel, heard) => subscriptions.RemoveAsync(channel, heard.OnMessage));
        link.Restored += OnRestored;
        lease.Opened += RepairAll;
        lease.ControlNeeded += OnControlNeeded;
        _checking = new RecurringTask(CheckAsync, CheckInterval, time, logger);
        _renewing = new RecurringTask(RenewAsync, RenewInterval, time, logger);
    }

    /// <summary>Which store it is that this node speaks to.</summary>
    public string? Generation => _link.Generation;

    public async ValueTask<Result<Receipt>> PublishAsync(
        Publication publication,
        Retention? retention,
        IdempotencyKey? key,
        CancellationToken cancellationToken)
    {
        try
        {
            var isControl = publication.Channel == NodeChannels.Control;
            if (!isControl)
            {
                _lease.Demand();
            }

            var keyed = key is null ? null : KeyedBody.Of(key, publication);
            var (channel, names) = (publication.Channel, _link.Names);
            RedisKey[] keys =
                [names.Position(channel), names.History(channel), names.Seen(channel), names.SeenEnds(channel), names.Registry(channel), names.Leases];
            RedisValue[] arguments =
            [
                _subscriptions.TargetOf(channel), channel, names.NodePrefix,
                Epoch.New(), retention?.Size ?? 0, Milliseconds(retention?.Ttl ?? TimeSpan.Zero),
                Milliseconds(retention is null ? LiveLife : retention.Ttl + PositionLife), PublicationBytes.Write(publication),
                keyed is null ? RedisValue.EmptyString : keyed.KeyHash, keyed is null ? RedisValue.EmptyString : keyed.Hash, publication.Id,
                Milliseconds(KeyWindow), MaxKeys, isControl ? RedisValue.EmptyString : _lease.Holder,
            ];
            var answer = await _link.CallAsync(RedisScript.Publish, keys, arguments, cancellationToken);
            return (string?)answer[0] switch
            {
                "ok" => new Receipt(publication.Id, PositionOf(answer[1], answer[2])),
                "apart" => NodeLease.Fenced,
                "seen" => new Receipt((string)answer[1]!, PositionOf(answer[2], answer[3])),
                _ => KeyedBody.Conflict,
            };
        }
        catch (RealtimeException refused)
        {
            return refused.Error;
        }
    }

    public async ValueTask<int> SendAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        _lease.Demand();
        var bytes = new FieldWriter().Add("1M").Add(message.Span).ToArray();
        if (!Names.IsByRegistry(channel))
        {
            return await _link.PublishAsync(_subscriptions.TargetOf(channel), bytes, cancellationToken);
        }

        var answer = await _link.CallAsync(RedisScript.Send, [_link.Names.Registry(channel)], [channel, _link.Names.NodePrefix, bytes], cancellationToken);
        return (int)answer[1];
    }

    public async ValueTask<Position?> SubscribeAsync(string channel, Retention? retention, IBrokerHandler handler, CancellationToken cancellationToken)
    {
        if (!NodeChannels.IsReserved(channel))
        {
            _lease.Demand();
        }

        Position? start = null;
        await _heard.AddAsync(
            channel,
            handler,
            async (heard, isFirst) =>
            {
                // 1. what comes is heard, 2. and where that begins.
                if (isFirst)
                {
                    await _subscriptions.AddAsync(channel, heard.OnMessage, cancellationToken);
                }

                if (isFirst || retention is not null && heard.Last is null)
                {
                    heard.Begin(retention is null ? null : await BeginAsync(channel, clear: false, cancellationToken));
                }

                start = retention is null ? null : heard.Last;
            },
            cancellationToken);
        return start;
    }

    public ValueTask UnsubscribeAsync(string channel, IBrokerHandler handler, CancellationToken cancellationToken) => _heard.RemoveAsync(channel, handler);

    public async ValueTask<HistoryPage> ReadAsync(
        string channel,
        Retention retention,
        long? after,
        int limit,
        bool reverse,
        CancellationToken cancellationToken)
    {
        _lease.Demand();
        return await ReadPageAsync(channel, after, limit, reverse, cancellationToken);
    }

    public async ValueTask<Position> ClearAsync(string channel, Retention retention, CancellationToken cancellationToken)
    {
        _lease.Demand();
        return await BeginAsync(channel, clear: true, cancellationToken);
    }

    /// <summary>Reads what a channel is to be repaired with, when it is this one's turn; also while this node may not hand it to anybody.</summary>
    public async ValueTask<HistoryPage> ReadForRepairAsync(string channel, long after, int limit)
    {
        await _repairs.WaitAsync();
        try
        {
            return await ReadPageAsync(channel, after, limit, reverse: false, CancellationToken.None);
        }
        finally
        {
            _repairs.Release();
        }
    }

    /// <summary>The store has lost something that it had.</summary>
    public ValueTask DisownAsync(string? generation) => _link.DisownAsync(generation, CancellationToken.None);

    /// <summary>Something may have been missed of every channel: each is compared with the store, and repaired where it is behind.</summary>
    public void RepairAll() => _ = Task.Run(async () =>
    {
        try
        {
            await CheckAsync(isSuspect: true, CancellationToken.None);
        }
        catch (RealtimeException)
        {
            // The store does not answer; when it does, or with the next check, they are compared again.
        }
    });

    public async ValueTask DisposeAsync()
    {
        _link.Restored -= OnRestored;
        _lease.Opened -= RepairAll;
        _lease.ControlNeeded -= OnControlNeeded;
        await _checking.DisposeAsync();
        await _renewing.DisposeAsync();
    }

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private static Position? PositionOf(RedisResult epoch, RedisResult offset) =>
        (string?)epoch is { Length: > 0 } name ? new Position(name, (long)offset) : null;

    private async ValueTask<HistoryPage> ReadPageAsync(string channel, long? after, int limit, bool reverse, CancellationToken cancellationToken)
    {
        var names = _link.Names;
        RedisKey[] keys = [names.Position(channel), names.History(channel)];
        RedisValue[] arguments = [after is { } offset ? offset : RedisValue.EmptyString, limit, MaxPageBytes, reverse ? "1" : string.Empty];
        var answer = await _link.CallAsync(RedisScript.Read, keys, arguments, cancellationToken);
        if ((string?)answer[0] == "none")
        {
            return new HistoryPage(await BeginAsync(channel, clear: false, cancellationToken), 0, []);
        }

        var top = PositionOf(answer[1], answer[2])!;
        var publications = new List<Publication>((answer.Length - 4) / 2);
        for (var i = 4; i < answer.Length; i += 2)
        {
            // What cannot be read was not written by a node.
            var at = long.Parse(((string)answer[i]!).Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
            if (PublicationBytes.TryRead(channel, top with { Offset = at }, (byte[])answer[i + 1]!, out var publication))
            {
                publications.Add(publication);
            }
            else
            {
                _metrics.UnreadableMessage();
            }
        }

        return new HistoryPage(top, (int)answer[3], publications);
    }

    private async ValueTask<Position> BeginAsync(string channel, bool clear, CancellationToken cancellationToken)
    {
        var names = _link.Names;
        RedisValue[] arguments = [Epoch.New(), Milliseconds(BlankLife), clear ? "1" : string.Empty];
        var answer = await _link.CallAsync(RedisScript.Begin, [names.Position(channel), names.History(channel)], arguments, cancellationToken);
        return PositionOf(answer[1], answer[2])!;
    }

    private void OnControlNeeded() => _heard.Find(NodeChannels.Control)?.Repair();

    private void OnRestored() => _ = Task.Run(async () =>
    {
        await Task.Delay(RestoreDelay, _time);
        RepairAll();
    });

    // What the link does not bring is fetched.
    private Task CheckAsync(CancellationToken cancellationToken) => CheckAsync(isSuspect: _link.IsDeaf, cancellationToken);

    private async Task CheckAsync(bool isSuspect, CancellationToken cancellationToken)
    {
        foreach (var batch in _heard.All.Where(entry => entry.Value.Last is not null).Chunk(BatchSize))
        {
            await CheckAsync(batch, isSuspect, cancellationToken);
        }
    }

    private async Task CheckAsync(KeyValuePair<string, HeardChannel>[] batch, bool isSuspect, CancellationToken cancellationToken)
    {
        var names = _link.Names;
        RedisKey[] keys = [.. batch.Select(entry => names.Position(entry.Key))];
        var answer = await _link.CallAsync(RedisScript.Check, keys, [], cancellationToken);
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].Value.Check(PositionOf(answer[1 + (2 * i)], answer[2 + (2 * i)]), isSuspect);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var names = _link.Names;
        foreach (var batch in _heard.All.Where(entry => entry.Value.Last is not null).Chunk(BatchSize))
        {
            await _link.CallAsync(RedisScript.Touch, [.. batch.Select(entry => names.Position(entry.Key))], [Milliseconds(PositionLife)], cancellationToken);
        }

        await _subscriptions.RenewAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Error, "What was missed of {Channel} could not be read.")]
    internal partial void LogRepairFailed(string channel, Exception exception);
}
