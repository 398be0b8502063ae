using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>What is to be another in a subscription; null leaves a thing as it is.</summary>
public sealed record SubscriptionUpdate
{
    /// <summary>The channels, 1 or more; those it has and that are not here are left.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>The event patterns; an empty list for all events.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The filter; an empty list for none.</summary>
    public IReadOnlyList<FilterCondition>? Filter { get; init; }
}
