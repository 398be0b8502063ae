using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>What a client is told of a subscription that was made.</summary>
internal static class SubscribeAnswer
{
    /// <param name="made">The subscription.</param>
    /// <param name="asked">The channels that were asked for now.</param>
    /// <param name="joined">Those that were joined now, and after which position each is heard.</param>
    /// <param name="channels">The channels of the node.</param>
    public static SubscribeResult Of(
        Subscription made,
        IEnumerable<ChannelRequest> asked,
        IReadOnlyDictionary<string, Position?> joined,
        ChannelRegistry channels) =>
        new(made.Id, null, [.. asked.Select(channel => Of(channel, joined, channels))]);

    private static ChannelResult Of(ChannelRequest asked, IReadOnlyDictionary<string, Position?> joined, ChannelRegistry channels)
    {
        var isNew = joined.TryGetValue(asked.Channel, out var from);
        var position = isNew ? from : channels.PositionOf(asked.Channel);
        if (asked.Since is null)
        {
            return new ChannelResult { Channel = asked.Channel, Position = position };
        }

        // What was missed is not replayed yet: only who missed nothing is told that he has everything.
        bool? recovered = isNew ? asked.Since == position : null;
        return new ChannelResult
        {
            Channel = asked.Channel,
            Position = position,
            Recovered = recovered,
            Reason = recovered switch { true => null, false => "unavailable", null => "live" },
        };
    }
}
