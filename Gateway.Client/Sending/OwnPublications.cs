using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Sending;

/// <summary>
/// What this client has published, by channel and id, so that whoever is to be spared it is spared it also where the gateway cannot
/// know: when it comes for another subscription of the session, or from history after the connection is another. Of the last
/// <see cref="Capacity"/>. May be used from any thread.
/// </summary>
internal sealed class OwnPublications
{
    /// <summary>How many are remembered, the copy in each channel counted.</summary>
    public const int Capacity = 4_096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Channel, string Id), Entry> _entries = [];
    private readonly Queue<(string Channel, string Id)> _order = [];

    /// <summary>Remembers what is about to be sent; it has an id.</summary>
    public void Add(PublishRequest request)
    {
        lock (_lock)
        {
            foreach (var channel in request.Channels ?? [request.Channel!])
            {
                AddNeedsLock((channel, request.Id!), new Entry(request.Echo, null));
            }
        }
    }

    /// <summary>The gateway has it at this position: what else has this id is somebody else's.</summary>
    public void Acknowledge(PublishResult result)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((result.Channel, result.Id), out var entry) && result is { Epoch: { } epoch, Offset: { } offset })
            {
                _entries[(result.Channel, result.Id)] = entry with { Position = new Position(epoch, offset) };
            }
        }
    }

    /// <summary>Whether a subscription is not to hear a publication, because this client published it.</summary>
    /// <param name="message">The publication.</param>
    /// <param name="echo">Whether the subscription hears what this client publishes.</param>
    public bool Spares(EventMessage message, bool echo)
    {
        // Server code has no sender.
        if (message.Sender is null)
        {
            return false;
        }

        lock (_lock)
        {
            return _entries.TryGetValue((message.Channel, message.Id), out var entry)
                && !(echo && entry.Echo)
                && (entry.Position is null || message.Epoch is null || entry.Position == new Position(message.Epoch, message.Offset ?? 0));
        }
    }

    private void AddNeedsLock((string Channel, string Id) key, Entry entry)
    {
        if (!_entries.TryAdd(key, entry))
        {
            _entries[key] = entry;
            return;
        }

        _order.Enqueue(key);
        if (_order.Count > Capacity)
        {
            _entries.Remove(_order.Dequeue());
        }
    }

    private sealed record Entry(bool Echo, Position? Position);
}
