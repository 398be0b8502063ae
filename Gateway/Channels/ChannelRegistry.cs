using System.Collections.Concurrent;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Channels;

/// <summary>The channels that somebody on this node is in.</summary>
internal sealed class ChannelRegistry(IBroker broker, PolicySet policies)
{
    private readonly ConcurrentDictionary<string, Channel> _channels = new(StringComparer.Ordinal);

    /// <summary>Adds a subscriber to a channel.</summary>
    /// <returns>The position after which it hears everything; null where the channel keeps no history.</returns>
    public async ValueTask<Position?> JoinAsync(string name, ISubscriber subscriber, CancellationToken cancellationToken)
    {
        while (true)
        {
            var channel = _channels.GetOrAdd(name, static (name, broker) => new Channel(name, broker), broker);
            try
            {
                var (joined, from) = await channel.TryJoinAsync(subscriber, RetentionOf(name), cancellationToken);
                if (joined)
                {
                    return from;
                }
            }
            catch
            {
                await RetireAsync(name, channel);
                throw;
            }
        }
    }

    /// <summary>Removes a subscriber from a channel. Nothing more is handed to it as soon as this is called.</summary>
    public async ValueTask LeaveAsync(string name, ISubscriber subscriber)
    {
        if (_channels.TryGetValue(name, out var channel))
        {
            channel.Leave(subscriber);
            await RetireAsync(name, channel);
        }
    }

    /// <summary>The channel of this name, if somebody on this node is in it.</summary>
    public Channel? Find(string name) => _channels.GetValueOrDefault(name);

    /// <summary>What the broker keeps of a channel; null for nothing.</summary>
    public Retention? RetentionOf(string name) =>
        policies.HistoryOf(name) is { } history ? new Retention(history.Size, history.Ttl) : null;

    private async ValueTask RetireAsync(string name, Channel channel)
    {
        if (await channel.TryRetireAsync())
        {
            _channels.TryRemove(KeyValuePair.Create(name, channel));
        }
    }
}
