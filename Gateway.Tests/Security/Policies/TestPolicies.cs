using RealtimeGateway.Configuration;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Tests.Security.Policies;

/// <summary>Policies as a user writes them, compiled.</summary>
internal static class TestPolicies
{
    public static PolicySet Compile(params ChannelPolicyOptions[] channels) => Compile([], channels);

    public static PolicySet Compile(string[] broadcast, params ChannelPolicyOptions[] channels)
    {
        var problems = new List<string>();
        var policies = PolicyCompiler.Compile(channels, broadcast, problems);
        Assert.That(problems, Is.Empty);
        return policies;
    }

    /// <summary>A policy that gives this role the right to read.</summary>
    public static ChannelPolicyOptions Readable(string pattern, string role) => new() { Pattern = pattern, Read = [role] };
}
