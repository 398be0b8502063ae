using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security;

[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 500)]
public sealed class RoleTests
{
    [TestCase("any", "any", null, null)]
    [TestCase("guests", "guests", null, null)]
    [TestCase("users", "users", null, null)]
    [TestCase("users/verified", "users", null, "verified")]
    [TestCase("users/unverified", "users", null, "unverified")]
    [TestCase("user:ann", "user", "ann", null)]
    [TestCase("user:ann/verified", "user", "ann", "verified")]
    [TestCase("user:ann/unverified", "user", "ann", "unverified")]
    [TestCase("user:a:b", "user", "a:b", null)]
    [TestCase("team:blue", "team", "blue", null)]
    [TestCase("team:blue/owner", "team", "blue", "owner")]
    [TestCase("member:m1", "member", "m1", null)]
    [TestCase("label:admin", "label", "admin", null)]
    [TestCase("key:backend", "key", "backend", null)]
    public void Role_IsTakenApart_AsItIsWritten(string text, string kind, string? id, string? dimension)
    {
        Assert.That(Role.TryParse(text, out var role), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(role.Kind, Is.EqualTo(kind));
            Assert.That(role.Id, Is.EqualTo(id));
            Assert.That(role.Dimension, Is.EqualTo(dimension));
            Assert.That(role.ToString(), Is.EqualTo(text));
        });
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("*")]
    [TestCase("role:any")]
    [TestCase("Any")]
    [TestCase("any:x")]
    [TestCase("any/verified")]
    [TestCase("guests:x")]
    [TestCase("guests/verified")]
    [TestCase("users/other")]
    [TestCase("users/")]
    [TestCase("users:ann")]
    [TestCase("user")]
    [TestCase("user:")]
    [TestCase("user:/verified")]
    [TestCase("user:a/owner")]
    [TestCase("user:a/Verified")]
    [TestCase("user:a/b/c")]
    [TestCase("team")]
    [TestCase("team:")]
    [TestCase("team:a/")]
    [TestCase("team:a/b/c")]
    [TestCase("member:a/b")]
    [TestCase("label:a/b")]
    [TestCase("key:a/b")]
    [TestCase("user:a\u0000")]
    [TestCase("team:a\nb")]
    [TestCase("team:a/b\u007f")]
    [TestCase("label:\u0085")]
    public void Text_IsNoRole_WhenItIsNoneOfTheForms(string? text) => Assert.That(Role.TryParse(text, out _), Is.False);

    [Test]
    public void Part_IsRefused_WhenItIsLongerThan255()
    {
        var longest = new string('x', Role.MaxPartLength);

        Assert.Multiple(() =>
        {
            Assert.That(Role.TryParse("user:" + longest, out _), Is.True);
            Assert.That(Role.TryParse($"team:{longest}/{longest}", out _), Is.True);
            Assert.That(Role.TryParse($"user:{longest}x", out _), Is.False);
            Assert.That(Role.TryParse($"team:a/{longest}x", out _), Is.False);
        });
    }

    [TestCase("team:X/owner", "team:X")]
    [TestCase("team:X", "team:x")]
    [TestCase("user:X", "team:X")]
    [TestCase("user:X", "user:X/verified")]
    [TestCase("users", "users/verified")]
    [TestCase("label:e\u0301", "label:\u00e9")]
    public void Roles_Differ_WhenAnyPartDoes(string one, string other) => Assert.That(Parse(one), Is.Not.EqualTo(Parse(other)));

    [FsCheck.NUnit.Property]
    public void Id_MakesNoOtherRole_WhateverItSays(IdText id)
    {
        foreach (var kind in new[] { "any", "guests", "users", "user", "team", "member", "label", "key" })
        {
            if (Role.TryCreate(kind, id.Value, null, out var role))
            {
                Assert.That((role.Kind, role.Id, role.Dimension), Is.EqualTo((kind, id.Value, (string?)null)));
                Assert.That(Parse(role.ToString()), Is.EqualTo(role));
            }
        }
    }

    [FsCheck.NUnit.Property]
    public void Team_StaysItself_WhateverItsRoleSays(IdText id, IdText dimension)
    {
        if (Role.TryCreate("team", id.Value, dimension.Value, out var role))
        {
            Assert.That(Parse(role.ToString()), Is.EqualTo(role));
        }
    }

    [FsCheck.NUnit.Property]
    public void Text_ComesBackUnchanged_WhenItIsARole(IdText text)
    {
        foreach (var candidate in new[] { text.Value, "user:" + text.Value, "team:" + text.Value, "label:" + text.Value })
        {
            if (Role.TryParse(candidate, out var role))
            {
                Assert.That(role.ToString(), Is.EqualTo(candidate));
            }
        }
    }

    private static Role Parse(string text) =>
        Role.TryParse(text, out var role) ? role : throw new AssertionException($"'{text}' is no role.");
}
