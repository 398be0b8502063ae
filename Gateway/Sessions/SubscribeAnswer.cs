using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>What a client is told of a subscription that was made.</summary>
internal static class SubscribeAnswer
{
    /// <param name="id">The subscription.</param>
    /// <param name="order">What was asked for.</param>
    /// <param name="joined">The channels that were joined for it.</param>
    /// <param name="channels">The channels of the node.</param>
    public static SubscribeResult Of(string id, SubscriptionOrder order, IReadOnlyDictionary<string, Joined> joined, ChannelRegistry channels) =>
        new(id, order.Terms.Interest.Key, [.. order.Channels.Select(asked => Of(asked, joined.GetValueOrDefault(asked.Channel), channels))]);

    private static ChannelResult Of(ChannelRequest asked, Joined? joined, ChannelRegistry channels) => joined is not null
        ? new ChannelResult { Channel = asked.Channel, Position = joined.From, Recovered = joined.Recovered, Reason = joined.Reason }
        : new ChannelResult
        {
            Channel = asked.Channel,
            Position = channels.PositionOf(asked.Channel),
            Reason = asked.Since is null ? null : RecoveryReasons.Live,
        };
}
