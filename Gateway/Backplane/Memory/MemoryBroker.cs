using System.Collections.Concurrent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>The broker of a gateway that is one process. Several handlers on one instance are several nodes.</summary>
internal sealed class MemoryBroker(MemoryBrokerOptions options, TimeProvider time) : IBroker
{
    private readonly ConcurrentDictionary<string, ChannelStream> _streams = new(StringComparer.Ordinal);
    private readonly HistoryBudget _budget = new();
    private int _isSweeping;

    public ValueTask<Result<Publication>> PublishAsync(
        Publication publication,
        Retention? retention,
        IdempotencyKey? key,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var stream = retention is null
                ? _streams.GetValueOrDefault(publication.Channel)
                : _streams.GetOrAdd(publication.Channel, NewStream);
            if (stream is null)
            {
                return new(publication);
            }

            if (stream.TryPublish(publication, retention, key, out var result))
            {
                SweepIfOverBudget();
                return new(result);
            }
        }
    }

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
            Retire(channel, stream, evenWithPosition: false);
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

    private ChannelStream NewStream(string channel) => new(_budget, time);

    /// <summary>Forgets a stream that nobody needs. Whoever holds it meanwhile finds it retired and takes a new one.</summary>
    private void Retire(string channel, ChannelStream stream, bool evenWithPosition)
    {
        if (stream.TryRetire(evenWithPosition))
        {
            _streams.TryRemove(KeyValuePair.Create(channel, stream));
        }
    }

    /// <summary>
    /// Frees a tenth when a bound is passed, the channels left alone for longest first: rare enough that looking at all
    /// streams is cheap on average, and no publication has to keep an order of all channels up to date.
    /// </summary>
    private void SweepIfOverBudget()
    {
        var isOver = _budget.IdleStreams > options.IdleChannels || _budget.Bytes > options.HistoryBytes;
        if (!isOver || Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        try
        {
            var longestAloneFirst = _streams.Select(entry => (entry.Key, Stream: entry.Value, entry.Value.LastUsed)).ToArray();
            Array.Sort(longestAloneFirst, (one, other) => one.LastUsed.CompareTo(other.LastUsed));
            foreach (var (channel, stream, _) in longestAloneFirst)
            {
                if (_budget.IdleStreams > options.IdleChannels * 0.9)
                {
                    Retire(channel, stream, evenWithPosition: true);
                }

                if (_budget.Bytes > options.HistoryBytes * 0.9)
                {
                    stream.DropHistory();
                }
            }
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
