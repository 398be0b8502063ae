namespace RealtimeGateway.Security.Policies;

/// <summary>All policies in order. The first whose pattern fits a channel rules it; a channel that none fits is denied.</summary>
internal sealed class PolicySet(IReadOnlyList<ChannelPolicy> policies, IReadOnlyList<RoleTemplate> broadcast)
{
    private static readonly Dictionary<string, string> NoCaptures = [];

    /// <summary>Whether the policy of this channel gives one of these roles this right.</summary>
    public bool Allows(IReadOnlySet<Role> roles, Right right, string channel)
    {
        if (right == Right.Broadcast)
        {
            return broadcast.Any(role => role.Matches(roles, NoCaptures));
        }

        return Find(channel) is var (policy, captured) && policy.RolesWith(right).Any(role => role.Matches(roles, captured));
    }

    /// <summary>What is kept of this channel; null for nothing.</summary>
    public HistoryPolicy? HistoryOf(string channel) => Find(channel)?.Policy.History;

    private (ChannelPolicy Policy, IReadOnlyDictionary<string, string> Captured)? Find(string channel)
    {
        foreach (var policy in policies)
        {
            if (policy.Pattern.TryMatch(channel, out var captured))
            {
                return (policy, captured);
            }
        }

        return null;
    }
}
