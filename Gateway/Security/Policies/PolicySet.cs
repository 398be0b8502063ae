using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security.Policies;

/// <summary>All policies in order. The first whose pattern fits a channel rules it; a channel that none fits is denied.</summary>
internal sealed class PolicySet
{
    /// <summary>Channels whose rules are at hand, at most: some MiB where every name is as long as it can be.</summary>
    public const int MaxChannelsAtHand = 2 * Generation;

    private const int Generation = 8 * 1024;

    private readonly IReadOnlyList<ChannelPolicy> _policies;
    private readonly Role[] _broadcast;
    private readonly RecentValues<ChannelRules> _rules;

    /// <param name="policies">The policies.</param>
    /// <param name="broadcast">Who may publish to every session.</param>
    public PolicySet(IReadOnlyList<ChannelPolicy> policies, IReadOnlyList<RoleTemplate> broadcast)
    {
        _policies = policies;
        _broadcast = [.. broadcast.Select(role => role.Fill(ChannelPattern.NoCaptures)).OfType<Role>()];
        _rules = new RecentValues<ChannelRules>(Find, Generation);
    }

    /// <summary>How many channels' rules are at hand.</summary>
    public int ChannelsAtHand => _rules.Count;

    /// <summary>Whether the policy of this channel gives one of these roles this right.</summary>
    public bool Allows(IReadOnlySet<Role> roles, Right right, string channel) =>
        right == Right.Broadcast ? Array.Exists(_broadcast, roles.Contains) : RulesOf(channel).Allows(roles, right);

    /// <summary>What is kept of this channel; null for nothing.</summary>
    public HistoryPolicy? HistoryOf(string channel) => RulesOf(channel).History;

    // Of the gateway's own channels there is one for each user, who is asked about when he comes, and hardly again.
    private ChannelRules RulesOf(string channel) => channel.StartsWith('$') ? Find(channel) : _rules[channel];

    private ChannelRules Find(string channel)
    {
        foreach (var policy in _policies)
        {
            if (policy.Pattern.TryMatch(channel, out var captured))
            {
                return new ChannelRules(policy, captured);
            }
        }

        return ChannelRules.None;
    }
}
