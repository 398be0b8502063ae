using RealtimeGateway.Security;
using RealtimeGateway.Security.Policies;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Policies;

[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 500)]
public sealed class RoleTemplateTests
{
    [TestCase("any", "")]
    [TestCase("user:ann", "")]
    [TestCase("user:{id}", "id")]
    [TestCase("user:{id}/verified", "id")]
    [TestCase("team:{team}/{role}", "team,role")]
    [TestCase("team:{a}-{b}", "a,b")]
    [TestCase("label:vip-{x}", "x")]
    public void Template_KnowsItsCaptures_WhenItIsRead(string text, string captures)
    {
        Assert.That(RoleTemplate.TryParse(text, out var template), Is.True);
        Assert.That(string.Join(',', template!.Captures), Is.EqualTo(captures));
    }

    [TestCase("")]
    [TestCase("*")]
    [TestCase("{x}")]
    [TestCase("{kind}:x")]
    [TestCase("any:{x}")]
    [TestCase("users/other")]
    [TestCase("label:{x}/owner")]
    [TestCase("user:{x}/owner")]
    [TestCase("team:{x}/a/b")]
    [TestCase("team:{x-y}")]
    [TestCase("team:{x y}")]
    [TestCase("team:{x")]
    [TestCase("team:x}")]
    [TestCase("team:{}")]
    [TestCase("team:{{x}}")]
    public void Template_IsRefused_WhenNoValueCouldMakeItARole(string text)
    {
        Assert.That(RoleTemplate.TryParse(text, out var template), Is.False);
        Assert.That(template, Is.Null);
    }

    [TestCase("team:{x}", "blue", "team:blue")]
    [TestCase("team:{x}/owner", "blue", "team:blue/owner")]
    [TestCase("team:blue/{x}", "owner", "team:blue/owner")]
    [TestCase("user:{x}/verified", "ann", "user:ann/verified")]
    [TestCase("users/{x}", "verified", "users/verified")]
    [TestCase("label:a-{x}", "1", "label:a-1")]
    public void Template_NamesTheRole_ThatItsValuesMake(string text, string value, string role) =>
        Assert.That(Matches(text, value, role), Is.True);

    [TestCase("team:{x}", "blue/owner", "team:blue/owner")]
    [TestCase("team:{x}", "blue/owner", "team:blue")]
    [TestCase("team:{x}", "blue", "team:blue/owner")]
    [TestCase("team:{x}", "Blue", "team:blue")]
    [TestCase("team:{x}/owner", "blue", "team:blue")]
    [TestCase("users/{x}", "other", "users")]
    [TestCase("label:{x}", "a", "team:a")]
    public void Template_IsNobodysRole_WhenAValueDoesNotStayInItsPart(string text, string value, string role) =>
        Assert.That(Matches(text, value, role), Is.False);

    [FsCheck.NUnit.Property]
    public void Value_FillsItsPartAndNoOther_WhateverItSays(IdText value, IdText id)
    {
        if (Role.TryCreate("team", id.Value, null, out var team))
        {
            Assert.That(Matches("team:{x}", value.Value, team), Is.EqualTo(value == id));
            Assert.That(Matches("team:{x}", id.Value, team), Is.True);
        }

        Role.TryCreate("team", "a", "owner", out var owner);
        Assert.That(Matches("team:{x}", value.Value, owner), Is.False);
    }

    private static bool Matches(string text, string value, string role) =>
        Matches(text, value, Role.TryParse(role, out var held) ? held : throw new AssertionException($"'{role}' is no role."));

    private static bool Matches(string text, string value, Role held)
    {
        Assert.That(RoleTemplate.TryParse(text, out var template), Is.True);
        return template!.Fill(new Dictionary<string, string> { ["x"] = value }) == held;
    }
}
