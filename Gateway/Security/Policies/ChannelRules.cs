namespace RealtimeGateway.Security.Policies;

/// <summary>A policy as it rules one channel: what the channel's name carries is filled into its roles. Immutable.</summary>
internal sealed class ChannelRules
{
    private readonly Role[] _read;
    private readonly Role[] _write;
    private readonly Role[] _presence;
    private readonly Role[] _hidden;

    /// <param name="policy">The policy.</param>
    /// <param name="captured">What its pattern captured in the channel's name.</param>
    public ChannelRules(ChannelPolicy policy, IReadOnlyDictionary<string, string> captured)
    {
        History = policy.History;
        (_read, _write) = (Fill(policy.Read), Fill(policy.Write));
        (_presence, _hidden) = (Fill(policy.Presence), Fill(policy.Hidden));

        Role[] Fill(IReadOnlyList<RoleTemplate> templates) => [.. templates.Select(template => template.Fill(captured)).OfType<Role>()];
    }

    private ChannelRules() => (_read, _write, _presence, _hidden) = ([], [], [], []);

    /// <summary>Of a channel that no policy fits: no right is anybody's.</summary>
    public static ChannelRules None { get; } = new();

    /// <summary>What is kept of the channel; null for nothing.</summary>
    public HistoryPolicy? History { get; }

    /// <summary>Whether one of these roles has this right; nobody's has one that the policy does not name.</summary>
    public bool Allows(IReadOnlySet<Role> roles, Right right)
    {
        foreach (var role in RolesWith(right))
        {
            if (roles.Contains(role))
            {
                return true;
            }
        }

        return false;
    }

    private Role[] RolesWith(Right right) => right switch
    {
        Right.Read => _read,
        Right.Write => _write,
        Right.Presence => _presence,
        Right.Hidden => _hidden,
        _ => [],
    };
}
