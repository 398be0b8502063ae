namespace RealtimeGateway.Configuration;

/// <summary>The bounds of the bounds.</summary>
internal static class LimitsCheck
{
    private const int MinOutboundBytes = 64 * 1024;

    /// <summary>A sentence for each limit out of its range.</summary>
    public static IEnumerable<string> Problems(LimitsOptions limits)
    {
        const string Section = GatewayOptions.Section + ":Limits:";
        (string Name, long Value, long Least, long Most)[] numbers =
        [
            (nameof(limits.MessageBytes), limits.MessageBytes, 1024, LimitsOptions.MaxMessageBytes),
            (nameof(limits.RequestBytes), limits.RequestBytes, 1024, 64 * 1024 * 1024),
            (nameof(limits.OutboundBytes), limits.OutboundBytes, MinOutboundBytes, 64 * 1024 * 1024),
            (nameof(limits.UnfinishedPerAddress), limits.UnfinishedPerAddress, 1, 100_000),
            (nameof(limits.Negotiated), limits.Negotiated, 1, 1_000_000),
            (nameof(limits.SessionsPerAddress), limits.SessionsPerAddress, 1, 1_000_000),
            (nameof(limits.SessionsPerUser), limits.SessionsPerUser, 1, 100_000),
            (nameof(limits.Channels), limits.Channels, 1, 10_000_000),
            (nameof(limits.ChannelsPerSession), limits.ChannelsPerSession, 1, 10_000),
            (nameof(limits.SubscriptionsPerSession), limits.SubscriptionsPerSession, 1, 1_000),
            (nameof(limits.FiltersPerChannel), limits.FiltersPerChannel, 1, 100_000),
            (nameof(limits.RecoveryPublications), limits.RecoveryPublications, 1, 10_000),
            (nameof(limits.ChannelsPerPublish), limits.ChannelsPerPublish, 1, 1_000),
            (nameof(limits.ProfileBytes), limits.ProfileBytes, 256, 64 * 1024),
            (nameof(limits.IdleChannels), limits.IdleChannels, 1, 10_000_000),
            (nameof(limits.HistoryBytes), limits.HistoryBytes, 1024 * 1024, 64L * 1024 * 1024 * 1024),
        ];
        foreach (var (name, value, least, most) in numbers)
        {
            if (value < least || value > most)
            {
                yield return $"{Section}{name} is {value}; it goes from {least} to {most}.";
            }
        }

        if (limits.OutboundBytes >= MinOutboundBytes && limits.OutboundBytes < (long)limits.MessageBytes * LimitsOptions.OutboundMessages)
        {
            yield return $"{Section}{nameof(limits.OutboundBytes)} is less than {LimitsOptions.OutboundMessages} times {nameof(limits.MessageBytes)}: "
                + "one message could close who is to get it.";
        }

        (string Name, TimeSpan Value)[] durations =
        [
            (nameof(limits.WriteTimeout), limits.WriteTimeout),
            (nameof(limits.HandshakeTimeout), limits.HandshakeTimeout),
        ];
        foreach (var (name, value) in durations)
        {
            if (value < TimeSpan.FromSeconds(1) || value > LimitsOptions.MaxTimeout)
            {
                yield return $"{Section}{name} is {value}; it goes from 00:00:01 to 00:01:00.";
            }
        }
    }
}
