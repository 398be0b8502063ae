using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>What a subscription asks for.</summary>
internal sealed record SubscriptionTerms(
    IReadOnlyList<string> Channels,
    IReadOnlyList<string>? Events,
    IReadOnlyList<FilterCondition>? Filter,
    bool Hidden,
    bool Echo)
{
    public static SubscriptionTerms Of(IEnumerable<string> channels, SubscriptionOptions options, bool defaultEcho) => new(
        DistinctOf(channels),
        NoneIfEmpty(options.Events),
        NoneIfEmpty(options.Filter),
        options.Hidden,
        options.Echo ?? defaultEcho);

    /// <summary>These with what is to be another.</summary>
    public SubscriptionTerms With(SubscriptionUpdate update) => this with
    {
        Channels = update.Channels is null ? Channels : DistinctOf(update.Channels),
        Events = update.Events is null ? Events : NoneIfEmpty(update.Events),
        Filter = update.Filter is null ? Filter : NoneIfEmpty(update.Filter),
    };

    /// <summary>The call that asks for it.</summary>
    /// <param name="id">The subscription's id.</param>
    /// <param name="since">The position from which a channel is to be recovered; null for none.</param>
    public SubscribeRequest ToRequest(string id, Func<string, Position?> since) => new()
    {
        Channels = [.. Channels.Select(channel => new ChannelRequest(channel, since(channel)))],
        Id = id,
        Events = Events,
        Filter = Filter,
        Hidden = Hidden,
        Echo = Echo,
    };

    private static IReadOnlyList<string> DistinctOf(IEnumerable<string> channels)
    {
        IReadOnlyList<string> distinct = [.. channels.Distinct(StringComparer.Ordinal)];
        return distinct.Count > 0 ? distinct : throw new ArgumentException("A subscription has one channel or more.", nameof(channels));
    }

    private static IReadOnlyList<T>? NoneIfEmpty<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? list : null;
}
