using RealtimeGateway.Filters;

namespace RealtimeGateway.Sessions;

/// <summary>How a subscription wants a channel.</summary>
/// <param name="Interest">Which of its publications.</param>
/// <param name="Echo">With what its own connection causes there.</param>
/// <param name="Hidden">Without being a member that others see.</param>
internal sealed record SubscriptionTerms(Interest Interest, bool Echo, bool Hidden)
{
    /// <summary>With everything, and seen.</summary>
    public static SubscriptionTerms Plain { get; } = new(Interest.Plain, Echo: true, Hidden: false);
}
