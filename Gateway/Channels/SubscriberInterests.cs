using RealtimeGateway.Filters;

namespace RealtimeGateway.Channels;

/// <summary>What one session wants of one channel, by all of its subscriptions there.</summary>
/// <param name="All">What any of them wants.</param>
/// <param name="Own">What those of them want that take also what the session's own connection publishes.</param>
internal sealed record SubscriberInterests(InterestSet All, InterestSet Own)
{
    /// <summary>Everything that is published, by oneself too.</summary>
    public static SubscriberInterests Everything { get; } = new(InterestSet.Everything, InterestSet.Everything);

    /// <summary>These; most want everything, and share it.</summary>
    public static SubscriberInterests Of(InterestSet all, InterestSet own) =>
        all == InterestSet.Everything && own == InterestSet.Everything ? Everything : new(all, own);
}
