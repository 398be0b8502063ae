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
        var (all, own) = (new List<Interest>(naming.Count), new List<Interest>(naming.Count));
        var (isOfClient, isSeen) = (false, false);
        foreach (var subscription in naming)
        {
            var terms = subscription.Terms[channel];
            all.Add(terms.Interest);
            if (terms.Echo)
            {
                own.Add(terms.Interest);
            }

            isOfClient |= !subscription.IsGateways;
            isSeen |= !subscription.IsGateways && !terms.Hidden;
        }

        return new MembershipTerms(
            SubscriberInterests.Of(InterestSet.Of(all), InterestSet.Of(own)),
            Echo: own.Count > 0,
            Hidden: isOfClient && !isSeen);
    }
}
