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
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private bool _hasBegun;

    public Subscriptions(RedisLink link, Node node, GatewayMetrics metrics, TimeProvider time)
    {
        _link = link;
        _node = node;
        _metrics = metrics;
        _time = time;
        link.Restored += OnRestored;
    }

    /// <summary>Brings what comes of a channel to a listener from now on.</summary>
    /// <param name="channel">The gateway's channel.</param>
    /// <param name="listener">Called with the kind of a message and the rest of it; it does not wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask AddAsync(string channel, Action<char, FieldReader> listener, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        while (true)
        {
            var entry = _entries.GetOrAdd(channel, name => new Entry(name, Read));
            using var _ = await entry.Gate.EnterAsync(cancellationToken);
            if (entry.IsRetired)
            {
                continue;
            }

            if (entry.Listeners.Length == 0)
            {
                // Listening first: what comes before this returns is the listener's to order.
                entry.Listeners = [listener];
                try
                {
                    await HearAsync(entry, cancellationToken);
                }
                catch
                {
                    Retire(entry);
                    throw;
                }
            }
            else
            {
                entry.Listeners = [.. entry.Listeners, listener];
            }

            return;
        }
    }

    /// <summary>Ends that. It does not fail.</summary>
    public async ValueTask RemoveAsync(string channel, Action<char, FieldReader> listener)
    {
        if (!_entries.TryGetValue(channel, out var entry))
        {
            return;
        }

        using var _ = await entry.Gate.EnterAsync(CancellationToken.None);
        entry.Listeners = [.. entry.Listeners.Where(other => other != listener)];
        if (entry.Listeners.Length == 0 && !entry.IsRetired)
        {
            Retire(entry);
            await UnhearAsync(entry);
        }
    }

    /// <summary>What a script has to be told of how a channel is heard: the channel of Redis, empty where it is by a registry.</summary>
    public string TargetOf(string channel) =>
        Names.IsByRegistry(channel) ? string.Empty
        : channel.StartsWith(NodeChannels.Of(string.Empty), StringComparison.Ordinal) ? _link.Names.NodeChannel(channel[NodeChannels.Of(string.Empty).Length..])
        : _link.Names.Heard(channel);

    /// <summary>Renews this node's entries in registries.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _entries.Values.Where(entry => Names.IsByRegistry(entry.Channel) && !entry.IsRetired).Chunk(BatchSize))
        {
            await _link.CallAsync(
                RedisScript.Hear,
                [.. batch.Select(entry => _link.Names.Registry(entry.Channel))],
                [_node.Id, (long)EntryLife.TotalMilliseconds],
                cancellationToken);

            // Who went meanwhile was put back, unless somebody else has come.
            foreach (var entry in batch.Where(entry => entry.IsRetired && !_entries.ContainsKey(entry.Channel)))
            {
                await UnhearAsync(entry);
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

        void Listened(string channel, ReadOnlyMemory<byte> bytes) => _entries.GetValueOrDefault(channel)?.OnMessage(bytes);
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
            if (_entries.GetValueOrDefault(entry.Channel) is { IsRetired: false } next)
            {
                await HearAsync(next, CancellationToken.None); // It came in between, and would be taken out.
            }
        }
        catch (Contracts.RealtimeException)
        {
            // It ends by itself, and what comes until then is dropped.
        }
    }

    private void Retire(Entry entry)
    {
        (entry.Listeners, entry.IsRetired) = ([], true);
        _entries.TryRemove(KeyValuePair.Create(entry.Channel, entry));
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

    private void Read(Entry entry, ReadOnlyMemory<byte> message)
    {
        var fields = new FieldReader(message);
        if (fields.TryRead(out string? kind) && kind is ['1', var letter])
        {
            foreach (var listener in entry.Listeners)
            {
                listener(letter, fields);
            }
        }
        else
        {
            _metrics.UnreadableMessage();
        }
    }

    private sealed class Entry(string channel, Action<Entry, ReadOnlyMemory<byte>> read)
    {
        private volatile Action<char, FieldReader>[] _listeners = [];
        private volatile bool _isRetired;

        public string Channel => channel;

        public AsyncGate Gate { get; } = new();

        public Action<char, FieldReader>[] Listeners
        {
            get => _listeners;
            set => _listeners = value;
        }

        public bool IsRetired
        {
            get => _isRetired;
            set => _isRetired = value;
        }

        public void OnMessage(ReadOnlyMemory<byte> message) => read(this, message);
    }
}
