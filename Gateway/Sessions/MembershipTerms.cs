using RealtimeGateway.Channels;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Sessions;

/// <summary>What all subscriptions of a session that name a channel come to there.</summary>
/// <param name="Interests">Which of its publications the session gets.</param>
/// <param name="Echo">Whether it hears of what its own connection does to the members.</param>
/// <param name="Hidden">Whether others do not see it.</param>
internal sealed record MembershipTerms(SubscriberInterests Interests, bool Echo, bool Hidden)
{
    /// <summary>
    /// What one subscription wants, the session gets; it is hidden only while all that the client made are. What the server
    /// granted beside them shows nobody who chose not to be seen.
    /// </summary>
    public static MembershipTerms Of(string channel, IReadOnlyList<Subscription> naming)
    {
        if (naming is [var only])
        {
            return Of(only.Terms[channel], only.IsGateways);
        }

        SubscriptionTerms[] all = [.. naming.Select(subscription => subscription.Terms[channel])];
        SubscriptionTerms[] ofClient = [.. naming.Where(subscription => !subscription.IsGateways).Select(subscription => subscription.Terms[channel])];
        var echoing = all.Where(terms => terms.Echo).Select(terms => terms.Interest);
        return new MembershipTerms(
            SubscriberInterests.Of(InterestSet.Of(all.Select(terms => terms.Interest)), InterestSet.Of(echoing)),
            Echo: Array.Exists(all, terms => terms.Echo),
            Hidden: ofClient.Length > 0 && Array.TrueForAll(ofClient, terms => terms.Hidden));
    }

    // The same of one, as it is with every session that begins.
    private static MembershipTerms Of(SubscriptionTerms terms, bool isGateways)
    {
        var all = InterestSet.Of(terms.Interest);
        return new MembershipTerms(
            SubscriberInterests.Of(all, terms.Echo ? all : InterestSet.Nothing),
            terms.Echo,
            Hidden: terms.Hidden && !isGateways);
    }
}
