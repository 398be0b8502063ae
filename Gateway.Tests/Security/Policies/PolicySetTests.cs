using RealtimeGateway.Configuration;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Policies;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Policies;

[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 500)]
public sealed class PolicySetTests
{
    [Test]
    public void Channel_IsRuledByTheFirstPolicyThatFits_EvenIfALaterOneGivesMore()
    {
        var policies = TestPolicies.Compile(
            TestPolicies.Readable("chat:secret", "label:staff"),
            TestPolicies.Readable("chat:*", "any"));

        Assert.Multiple(() =>
        {
            Assert.That(MayRead(policies, "chat:secret", "any"), Is.False);
            Assert.That(MayRead(policies, "chat:secret", "label:staff"), Is.True);
            Assert.That(MayRead(policies, "chat:open", "any"), Is.True);
        });
    }

    [Test]
    public void Channel_IsDenied_WhenNoPolicyFits()
    {
        Assert.Multiple(() =>
        {
            Assert.That(MayRead(TestPolicies.Compile(), "chat:1", "any"), Is.False);
            Assert.That(MayRead(TestPolicies.Compile(TestPolicies.Readable("chat:*", "any")), "other:1", "any"), Is.False);
        });
    }

    [Test]
    public void Right_IsNobodys_WhenItsPolicyDoesNotNameIt()
    {
        var policies = TestPolicies.Compile(TestPolicies.Readable("chat:*", "any"));
        var roles = new HashSet<Role> { Role.Any };

        Assert.Multiple(() =>
        {
            Assert.That(policies.Allows(roles, Right.Write, "chat:1"), Is.False);
            Assert.That(policies.Allows(roles, Right.Presence, "chat:1"), Is.False);
            Assert.That(policies.Allows(roles, Right.Broadcast, "chat:1"), Is.False);
        });
    }

    [Test]
    public void History_IsThatOfTheFirstPolicyThatFits_OrNone()
    {
        var policies = TestPolicies.Compile(
            new ChannelPolicyOptions { Pattern = "chat:live" },
            new ChannelPolicyOptions { Pattern = "chat:*", History = new HistoryOptions { Size = 7, Ttl = TimeSpan.FromHours(1) } });

        Assert.Multiple(() =>
        {
            Assert.That(policies.HistoryOf("chat:1"), Is.EqualTo(new HistoryPolicy(7, TimeSpan.FromHours(1))));
            Assert.That(policies.HistoryOf("chat:live"), Is.Null);
            Assert.That(policies.HistoryOf("other"), Is.Null);
        });
    }

    [Test]
    public void Strangers_FillNoMemoryWithTheNamesOfChannels()
    {
        var policies = TestPolicies.Compile(TestPolicies.Readable("team:{team}", "team:{team}"));
        for (var i = 0; i < 3 * PolicySet.MaxChannelsAtHand; i++)
        {
            policies.HistoryOf($"team:{i}");
        }

        Assert.Multiple(() =>
        {
            Assert.That(policies.ChannelsAtHand, Is.LessThanOrEqualTo(PolicySet.MaxChannelsAtHand));
            Assert.That(MayRead(policies, "team:0", "team:0"), Is.True);
            Assert.That(MayRead(policies, "team:0", "team:1"), Is.False);
        });
    }

    [TestCase("team:a")]
    [TestCase("team:a/owner")]
    public void CapturedSlash_ForgesNoRole_WhoeverAsks(string held) =>
        Assert.That(MayRead(TestPolicies.Compile(TestPolicies.Readable("team:{team}:*", "team:{team}")), "team:a/owner:x", held), Is.False);

    [FsCheck.NUnit.Property]
    public void Team_ReadsItsOwnChannels_AndNoOthers(ChannelText channel, ChannelText team)
    {
        if (!Role.TryCreate("team", team.Value, null, out var role))
        {
            return;
        }

        var policies = TestPolicies.Compile(TestPolicies.Readable("team:{team}:*", "team:{team}"));
        foreach (var name in new[] { channel.Value, "team:" + channel.Value, $"team:{channel.Value}:x", $"team:{team.Value}:x" })
        {
            var isOwn = name.StartsWith($"team:{team.Value}:", StringComparison.Ordinal) && !team.Value.Contains(':', StringComparison.Ordinal);
            Assert.That(policies.Allows(new HashSet<Role> { role }, Right.Read, name), Is.EqualTo(isOwn), name);
        }
    }

    private static bool MayRead(PolicySet policies, string channel, string role) =>
        Role.TryParse(role, out var held) && policies.Allows(new HashSet<Role> { held }, Right.Read, channel);
}
