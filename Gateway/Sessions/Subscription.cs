using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>One interest of a session.</summary>
/// <param name="Id">Its id within the session.</param>
/// <param name="Terms">Its channels, and how it wants each.</param>
internal sealed record Subscription(string Id, SmallMap<string, SubscriptionTerms> Terms)
{
    /// <summary>The id of the subscription that a session gets by naming none.</summary>
    public const string Default = "default";

    /// <summary>
    /// The id of what the server granted (<c>Groups.AddToGroupAsync</c>). No client can choose it, and no permission is asked
    /// for it: it lasts as long as the session is the same user.
    /// </summary>
    public const string Grants = "$grants";

    /// <summary>The id of the channels that every session is in: broadcasts, and a user's own events.</summary>
    public const string Implicit = "$implicit";

    /// <summary>Whether it is the gateway's own: no client can choose such an id.</summary>
    public bool IsGateways => Id[0] == '$';

    public IEnumerable<string> Channels => Terms.Keys;

    /// <summary>An interest in some channels.</summary>
    public static Subscription To(string id, IEnumerable<string> channels, SubscriptionTerms terms) => new Subscription(id, default).With(channels, terms);

    public bool Names(string channel) => Terms.ContainsKey(channel);

    /// <summary>The same, and these channels; what it says of other channels stays.</summary>
    public Subscription With(IEnumerable<string> channels, SubscriptionTerms terms)
    {
        var all = SmallMap<string, SubscriptionTerms>.Of(Terms);
        foreach (var channel in channels)
        {
            all[channel] = terms;
        }

        return this with { Terms = all };
    }

    /// <summary>The same without these channels.</summary>
    public Subscription Without(IReadOnlyCollection<string> channels) =>
        this with { Terms = SmallMap<string, SubscriptionTerms>.Of(Terms.Where(entry => !channels.Contains(entry.Key))) };
}
