using System.Collections.Concurrent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>The broker of a gateway that is one process. Several handlers on one instance are several nodes.</summary>
internal sealed class MemoryBroker : IBroker, IDisposable
{
    /// <summary>How long the position of a channel that keeps nothing and that nobody hears is remembered.</summary>
    public static readonly TimeSpan PositionLife = TimeSpan.FromDays(1);

    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    private readonly Live<MemoryBrokerOptions> _options;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly ConcurrentDictionary<string, ChannelStream> _streams = new(StringComparer.Ordinal);
    private readonly HistoryBudget _budget = new();
    private int _isSweeping;

    public MemoryBroker(Live<MemoryBrokerOptions> options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _expiry = time.CreateTimer(static broker => ((MemoryBroker)broker!).Expire(), this, ExpiryInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes that all channels keep, as <see cref="MemoryBrokerOptions"/> bounds them.</summary>
    public long HistoryBytes => _budget.Bytes;

    /// <summary>Channels that keep publications.</summary>
    public long HistoryChannels => _budget.Histories;

    public ValueTask<Result<Receipt>> PublishAsync(
        Publication publication,
        Retention? retention,
        IdempotencyKey? key,
        CancellationToken cancellationToken)
    {
        var keyed = key is null ? null : KeyedBody.Of(key, publication);
        while (true)
        {
            // What nobody hears, keeps or will repeat leaves no trace.
            var leavesTrace = retention is not null || key is not null;
            var stream = leavesTrace ? _streams.GetOrAdd(publication.Channel, NewStream) : _streams.GetValueOrDefault(publication.Channel);
            if (stream is null)
            {
                return new(new Receipt(publication.Id, Position: null));
            }

            if (stream.TryPublish(publication, retention, keyed, out var result))
            {
                SweepIfOverBudget();
                return new(result);
            }
        }
    }

    public ValueTask<int> SendAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        new(_streams.GetValueOrDefault(channel)?.Send(message) ?? 0);

    public ValueTask<Position?> SubscribeAsync(string channel, Retention? retention, IBrokerHandler handler, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_streams.GetOrAdd(channel, NewStream).TrySubscribe(handler, retention, out var position))
            {
                return new(position);
            }
        }
    }

    public ValueTask UnsubscribeAsync(string channel, IBrokerHandler handler, CancellationToken cancellationToken)
    {
        if (_streams.TryGetValue(channel, out var stream))
        {
            stream.Unsubscribe(handler);
            Retire(channel, stream, evenIfIdle: false);
            SweepIfOverBudget();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<HistoryPage> ReadAsync(
        string channel,
        Retention retention,
        long? after,
        int limit,
        bool reverse,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_streams.GetOrAdd(channel, NewStream).TryRead(retention, after, limit, reverse, out var page))
            {
                SweepIfOverBudget();
                return new(page);
            }
        }
    }

    public ValueTask<Position> ClearAsync(string channel, Retention retention, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_streams.GetOrAdd(channel, NewStream).TryClear(retention, out var position))
            {
                SweepIfOverBudget();
                return new(position);
            }
        }
    }

    public void Dispose() => _expiry.Dispose();

    private ChannelStream NewStream(string channel) => new(_budget, _time);

    // A stream that is used looks at its own times; this finds those that nobody uses.
    private void Expire()
    {
        foreach (var (channel, stream) in _streams)
        {
            if (stream.TryExpire(PositionLife))
            {
                _streams.TryRemove(KeyValuePair.Create(channel, stream));
            }
        }

        _expiry.Change(ExpiryInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Forgets a stream that nobody needs. Whoever holds it meanwhile finds it retired and takes a new one.</summary>
    private void Retire(string channel, ChannelStream stream, bool evenIfIdle)
    {
        if (stream.TryRetire(evenIfIdle))
        {
            _streams.TryRemove(KeyValuePair.Create(channel, stream));
        }
    }

    /// <summary>
    /// Frees a tenth when a bound is passed: first the channels that somebody asked for and nobody published in, so that asking for
    /// names forgets nothing of others, then those left alone for longest. Rare enough that looking at all
    /// streams is cheap on average, and no publication has to keep an order of all channels up to date.
    /// </summary>
    private void SweepIfOverBudget()
    {
        var (idleChannels, historyBytes) = _options.Current;
        var isOver = _budget.IdleStreams > idleChannels || _budget.Bytes > historyBytes;
        if (!isOver || Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        try
        {
            var leastNeededFirst = _streams.Select(entry => (entry.Key, Stream: entry.Value, Rank: (!entry.Value.IsBlank, entry.Value.LastUsed))).ToArray();
            Array.Sort(leastNeededFirst, (one, other) => one.Rank.CompareTo(other.Rank));
            foreach (var (channel, stream, _) in leastNeededFirst)
            {
                if (_budget.IdleStreams > idleChannels * 0.9)
                {
                    Retire(channel, stream, evenIfIdle: true);
                }

                if (_budget.Bytes > historyBytes * 0.9)
                {
                    stream.Drop();
                    Retire(channel, stream, evenIfIdle: false); // One that had keys and no position remembers nothing now.
                }
            }
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
