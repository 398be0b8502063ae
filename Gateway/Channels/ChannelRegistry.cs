using System.Collections.Concurrent;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Channels;

/// <summary>The channels that somebody on this node is in.</summary>
internal sealed class ChannelRegistry(ChannelServices services, Live<PolicySet> policies)
{
    private readonly ConcurrentDictionary<string, Channel> _channels = new(StringComparer.Ordinal);

    // The dictionary's own count takes all of its locks.
    private int _count;

    /// <summary>How many channels that clients chose somebody here is in.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a subscriber into a channel.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="subscriber">The subscriber.</param>
    /// <param name="interests">What it wants of it.</param>
    /// <param name="since">The position that it has, from which it wants to catch up; null to hear what comes next.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Joining> JoinAsync(
        string name,
        ISubscriber subscriber,
        SubscriberInterests interests,
        Position? since,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var channel = FindOrAdd(name);
            try
            {
                if (await channel.TryJoinAsync(subscriber, interests, since, RetentionOf(name), cancellationToken) is { } joining)
                {
                    return joining;
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

    /// <summary>How far a channel is that somebody on this node is in; null where it keeps no history.</summary>
    public Position? PositionOf(string name) => RetentionOf(name) is null ? null : Find(name)?.Top;

    /// <summary>How many channels that clients chose somebody here would be in, if somebody were in these too.</summary>
    public int CountWith(IEnumerable<string> names) => Volatile.Read(ref _count) + names.Count(name => !_channels.ContainsKey(name));

    /// <summary>How many interests would be asked about each publication of a channel, with this one; 0 for one that wants everything.</summary>
    public int CountInterestsWith(string name, Interest one) =>
        one.Key is null ? 0 : Find(name)?.CountInterestsWith(one) ?? 1;

    /// <summary>What the broker keeps of a channel; null for nothing.</summary>
    public Retention? RetentionOf(string name) =>
        policies.Current.HistoryOf(name) is { } history ? new Retention(history.Size, history.Ttl) : null;

    // The gateway's own channels come with sessions, which are bounded themselves.
    private static bool IsChosen(string name) => !name.StartsWith('$');

    private Channel FindOrAdd(string name)
    {
        if (_channels.TryGetValue(name, out var known))
        {
            return known;
        }

        var added = new Channel(name, services);
        var channel = _channels.GetOrAdd(name, added);
        if (ReferenceEquals(channel, added) && IsChosen(name))
        {
            Interlocked.Increment(ref _count);
        }

        return channel;
    }

    private async ValueTask RetireAsync(string name, Channel channel)
    {
        if (await channel.TryRetireAsync())
        {
            if (_channels.TryRemove(KeyValuePair.Create(name, channel)) && IsChosen(name))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
