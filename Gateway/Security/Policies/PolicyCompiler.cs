using RealtimeGateway.Configuration;

namespace RealtimeGateway.Security.Policies;

/// <summary>Makes the policies that are in force out of those that were written, and says everything that is wrong with them.</summary>
internal static class PolicyCompiler
{
    private const int MaxHistorySize = 10_000;
    private static readonly TimeSpan MaxHistoryTtl = TimeSpan.FromDays(7);

    /// <summary>The policies that could be made; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static PolicySet Compile(IList<ChannelPolicyOptions> channels, IList<string> broadcast, ICollection<string> problems)
    {
        var policies = new List<ChannelPolicy>();
        for (var i = 0; i < channels.Count; i++)
        {
            var policy = Compile(channels[i], $"{GatewayOptions.Section}:Channels:{i}", problems);
            if (policy is not null)
            {
                policies.Add(policy);
            }
        }

        return new PolicySet(policies, Roles(broadcast, [], $"{GatewayOptions.Section}:Broadcast", problems));
    }

    private static ChannelPolicy? Compile(ChannelPolicyOptions written, string path, ICollection<string> problems)
    {
        if (!ChannelPattern.TryParse(written.Pattern, out var pattern, out var problem))
        {
            problems.Add($"{path}:Pattern '{written.Pattern}' is no pattern: {problem}.");
            return null;
        }

        string[] captures = [.. pattern.Captures];
        return new ChannelPolicy(
            pattern,
            Roles(written.Read, captures, $"{path}:Read", problems),
            Roles(written.Write, captures, $"{path}:Write", problems),
            Roles(written.Presence, captures, $"{path}:Presence", problems),
            Roles(written.Hidden, captures, $"{path}:Hidden", problems),
            History(written.History, $"{path}:History", problems));
    }

    private static List<RoleTemplate> Roles(
        IList<string> written,
        string[] captures,
        string path,
        ICollection<string> problems)
    {
        var roles = new List<RoleTemplate>(written.Count);
        for (var i = 0; i < written.Count; i++)
        {
            if (!RoleTemplate.TryParse(written[i], out var role))
            {
                problems.Add($"{path}:{i} '{written[i]}' is no role; write any, guests, users, users/verified, users/unverified, user:ID, team:ID, team:ID/ROLE, member:ID, label:NAME or key:NAME.");
            }
            else if (role.Captures.Except(captures).FirstOrDefault() is { } unknown)
            {
                problems.Add($"{path}:{i} '{written[i]}' uses {{{unknown}}}, which the pattern does not capture.");
            }
            else
            {
                roles.Add(role);
            }
        }

        return roles;
    }

    private static HistoryPolicy? History(HistoryOptions? written, string path, ICollection<string> problems)
    {
        if (written is null)
        {
            return null;
        }

        if (written.Size is < 1 or > MaxHistorySize)
        {
            problems.Add($"{path}:Size is {written.Size}; it goes from 1 to {MaxHistorySize}.");
        }

        if (written.Ttl < TimeSpan.FromSeconds(1) || written.Ttl > MaxHistoryTtl)
        {
            problems.Add($"{path}:Ttl is {written.Ttl}; it goes from 00:00:01 to {MaxHistoryTtl}.");
        }

        return new HistoryPolicy(written.Size, written.Ttl);
    }
}
