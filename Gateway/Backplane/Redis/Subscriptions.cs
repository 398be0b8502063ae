using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// Which channels this node hears in Redis, counted: the first who wants one makes the node hear it, the last who goes ends that. However
/// many sessions, and whatever they want of a channel, it is one subscription.
/// </summary>
internal sealed class Subscriptions : IDisposable
{
    // An entry of a registry counts for a day after it was renewed.
    private static readonly TimeSpan EntryLife = TimeSpan.FromDays(1);
    private const int BatchSize = 200;

    private static readonly TimeSpan[] RestoreDelays = [TimeSpan.Zero, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)];

    private readonly RedisLink _link;
    private readonly Node _node;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly AsyncGate _beginning = new();
    private readonly ListenedTable<Entry, Action<char, FieldReader>> _entries;
    private bool _hasBegun;

    public Subscriptions(RedisLink link, Node node, GatewayMetrics metrics, TimeProvider time)
    {
        _link = link;
        _node = node;
        _metrics = metrics;
        _time = time;
        _entries = new ListenedTable<Entry, Action<char, FieldReader>>(channel => new Entry(channel, metrics), (_, entry) => UnhearAsync(entry));
        link.Restored += OnRestored;
    }

    /// <summary>Brings what comes of a channel to a listener from now on.</summary>
    /// <param name="channel">The gateway's channel.</param>
    /// <param name="listener">Called with the kind of a message and the rest of it; it does not wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask AddAsync(string channel, Action<char, FieldReader> listener, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        await _entries.AddAsync(channel, listener, (entry, isFirst) => isFirst ? HearAsync(entry, cancellationToken) : default, cancellationToken);
    }

    /// <summary>Ends that. It does not fail.</summary>
    public ValueTask RemoveAsync(string channel, Action<char, FieldReader> listener) => _entries.RemoveAsync(channel, listener);

    /// <summary>What a script has to be told of how a channel is heard: the channel of Redis, empty where it is by a registry.</summary>
    public string TargetOf(string channel) =>
        Names.IsByRegistry(channel) ? string.Empty
        : channel.StartsWith(NodeChannels.Of(string.Empty), StringComparison.Ordinal) ? _link.Names.NodeChannel(channel[NodeChannels.Of(string.Empty).Length..])
        : _link.Names.Heard(channel);

    /// <summary>Renews this node's entries in registries.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _entries.All.Select(entry => entry.Value).Where(entry => Names.IsByRegistry(entry.Channel) && !entry.IsRetired).Chunk(BatchSize))
        {
            await _link.CallAsync(
                RedisScript.Hear,
                [.. batch.Select(entry => _link.Names.Registry(entry.Channel))],
                [_node.Id, (long)EntryLife.TotalMilliseconds],
                cancellationToken);

            // Who went meanwhile was put back. Where somebody else has come since, he is taken out with him, and put in again.
            foreach (var entry in batch.Where(entry => entry.IsRetired))
            {
                await UnhearAsync(entry);
                if (_entries.Find(entry.Channel) is { IsRetired: false } next)
                {
                    await HearAsync(next, cancellationToken);
                }
            }
        }
    }

    public void Dispose() => _link.Restored -= OnRestored;

    // What is for this node alone comes by one channel, whatever the gateway's channel is.
    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _hasBegun))
        {
            return;
        }

        using var _ = await _beginning.EnterAsync(cancellationToken);
        if (!_hasBegun)
        {
            await _link.SubscribeAsync(_link.Names.NodeChannel(_node.Id), OnOwnMessage, cancellationToken);
            Volatile.Write(ref _hasBegun, true);
        }
    }

    private void OnOwnMessage(ReadOnlyMemory<byte> message)
    {
        var fields = new FieldReader(message);
        if (!fields.TryRead(out string? kind))
        {
            _metrics.UnreadableMessage();
        }
        else if (kind != "1A")
        {
            Listened(NodeChannels.Of(_node.Id), message);
        }
        else if (fields.TryRead(out string? channel) && fields.TryRead(out ReadOnlyMemory<byte> inner) && Names.IsByRegistry(channel))
        {
            Listened(channel, inner);
        }
        else
        {
            _metrics.UnreadableMessage();
        }

        void Listened(string channel, ReadOnlyMemory<byte> bytes) => _entries.Find(channel)?.OnMessage(bytes);
    }

    private async ValueTask HearAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (Names.IsByRegistry(entry.Channel))
        {
            await _link.CallAsync(RedisScript.Hear, [_link.Names.Registry(entry.Channel)], [_node.Id, (long)EntryLife.TotalMilliseconds], cancellationToken);
        }
        else if (entry.Channel != NodeChannels.Of(_node.Id))
        {
            await _link.SubscribeAsync(_link.Names.Heard(entry.Channel), entry.OnMessage, cancellationToken);
        }
    }

    private async ValueTask UnhearAsync(Entry entry)
    {
        if (!Names.IsByRegistry(entry.Channel))
        {
            await _link.UnsubscribeAsync(_link.Names.Heard(entry.Channel));
            return;
        }

        try
        {
            await _link.CallAsync(RedisScript.Unhear, [_link.Names.Registry(entry.Channel)], [_node.Id], CancellationToken.None);
        }
        catch (Contracts.RealtimeException)
        {
            // It ends by itself, and what comes until then is dropped.
        }
    }

    // Whoever published meanwhile may have taken this node out; and the store may be another.
    // It may do so until the subscriptions are back, some moment after the link.
    private void OnRestored() => _ = Task.Run(async () =>
    {
        foreach (var delay in RestoreDelays)
        {
            await Task.Delay(delay, _time);
            try
            {
                await RenewAsync(CancellationToken.None);
            }
            catch (Contracts.RealtimeException)
            {
                // It is renewed again when the link is back.
            }
        }
    });

    private sealed class Entry(string channel, GatewayMetrics metrics) : Listened<Action<char, FieldReader>>
    {
        public string Channel => channel;

        public void OnMessage(ReadOnlyMemory<byte> message)
        {
            var fields = new FieldReader(message);
            if (fields.TryRead(out string? kind) && kind is ['1', var letter])
            {
                foreach (var listener in Listeners)
                {
                    listener(letter, fields);
                }
            }
            else
            {
                metrics.UnreadableMessage();
            }
        }
    }
}
