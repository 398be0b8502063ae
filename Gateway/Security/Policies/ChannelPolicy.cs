namespace RealtimeGateway.Security.Policies;

/// <summary>The rules of the channels that fit one pattern. Immutable; made from <see cref="Configuration.ChannelPolicyOptions"/>.</summary>
/// <param name="Pattern">Which channels.</param>
/// <param name="Read">Who may read.</param>
/// <param name="Write">Who may publish.</param>
/// <param name="Presence">Who may see the members.</param>
/// <param name="Hidden">Who may be in it unseen.</param>
/// <param name="History">What is kept; null for nothing.</param>
internal sealed record ChannelPolicy(
    ChannelPattern Pattern,
    IReadOnlyList<RoleTemplate> Read,
    IReadOnlyList<RoleTemplate> Write,
    IReadOnlyList<RoleTemplate> Presence,
    IReadOnlyList<RoleTemplate> Hidden,
    HistoryPolicy? History);
