using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>A subscription as a client wants it, found to be in order.</summary>
/// <param name="Id">Its id; null for the default one, which is widened.</param>
/// <param name="Channels">Its channels, each once, and from where each is to catch up.</param>
/// <param name="Terms">How it wants each of them.</param>
internal sealed record SubscriptionOrder(string? Id, IReadOnlyList<ChannelRequest> Channels, SubscriptionTerms Terms)
{
    public IEnumerable<string> ChannelNames => Channels.Select(channel => channel.Channel);

    /// <summary>The position from which a channel is to catch up; null for none.</summary>
    public Position? SinceOf(string channel) => Channels.FirstOrDefault(asked => asked.Channel == channel)?.Since;
}
