namespace RealtimeGateway.Sessions;

/// <summary>How a subscription wants a channel.</summary>
/// <param name="Echo">With what its own connection causes there.</param>
/// <param name="Hidden">Without being a member that others see.</param>
internal readonly record struct SubscriptionTerms(bool Echo, bool Hidden)
{
    /// <summary>With everything, and seen.</summary>
    public static SubscriptionTerms Plain { get; } = new(Echo: true, Hidden: false);
}
