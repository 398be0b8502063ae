using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>Which roles and rights a believed token gives.</summary>
[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 300)]
public sealed class TokenReaderTests
{
    private const string Unverified = "any users user:ann user:ann/unverified users/unverified";

    private readonly TestValidator _validator = new();

    [TestCase("{}", "")]
    [TestCase("""{"teams":["t1"]}""", "team:t1")]
    [TestCase("""{"teams":["t1/owner"]}""", "team:t1 team:t1/owner")]
    [TestCase("""{"teams":["t1","t1/owner","t2"]}""", "team:t1 team:t1/owner team:t2")]
    [TestCase("""{"teams":"t1/owner"}""", "team:t1 team:t1/owner")]
    [TestCase("""{"teams":[]}""", "")]
    [TestCase("""{"teams":null}""", "")]
    [TestCase("""{"teams":["users","any:x","user:bob"]}""", "team:any:x team:user:bob team:users")]
    [TestCase("""{"memberships":["m1","m2"]}""", "member:m1 member:m2")]
    [TestCase("""{"memberships":"m1"}""", "member:m1")]
    [TestCase("""{"labels":["vip"]}""", "label:vip")]
    [TestCase("""{"labels":"vip"}""", "label:vip")]
    [TestCase("""{"roles":["admin"],"role":"key:backend","keys":["backend"],"Teams":["t1"]}""", "")]
    public async Task Roles_AreThoseOfTheClaims_BesideTheUsersOwn(string claims, string roles)
    {
        var identity = await _validator.AdmittedAsync(With(claims));

        Assert.That(RolesOf(identity), Is.EqualTo(Sorted($"{Unverified} {roles}")));
    }

    [TestCase("""{"email_verified":true}""", true)]
    [TestCase("""{"email_verified":"true"}""", true)]
    [TestCase("""{"verified":true}""", true)]
    [TestCase("""{"verified":"true"}""", true)]
    [TestCase("""{"email_verified":true,"verified":false}""", true)]
    [TestCase("""{"email_verified":false,"verified":true}""", false)]
    [TestCase("""{"email_verified":false}""", false)]
    [TestCase("""{"email_verified":"True"}""", false)]
    [TestCase("""{"email_verified":"yes"}""", false)]
    [TestCase("""{"email_verified":1}""", false)]
    [TestCase("""{"email_verified":[true]}""", false)]
    [TestCase("""{"email_verified":null}""", false)]
    [TestCase("{}", false)]
    public async Task User_IsVerified_OnlyWhenTheTokenSaysTrue(string claims, bool isVerified)
    {
        var identity = await _validator.AdmittedAsync(With(claims));

        var dimension = isVerified ? "verified" : "unverified";
        Assert.That(RolesOf(identity), Is.EqualTo(Sorted($"any users user:ann users/{dimension} user:ann/{dimension}")));
    }

    [TestCase("""{"sub":null}""")]
    [TestCase("""{"sub":""}""")]
    [TestCase("""{"sub":7}""")]
    [TestCase("""{"sub":["ann"]}""")]
    [TestCase("""{"sub":"ann/verified"}""")]
    [TestCase("""{"sub":"ann\u0000"}""")]
    [TestCase("""{"teams":{"t1":true}}""")]
    [TestCase("""{"teams":[["t1"]]}""")]
    [TestCase("""{"teams":["t1",7]}""")]
    [TestCase("""{"teams":["t1",null]}""")]
    [TestCase("""{"teams":7}""")]
    [TestCase("""{"teams":[""]}""")]
    [TestCase("""{"teams":""}""")]
    [TestCase("""{"teams":["/owner"]}""")]
    [TestCase("""{"teams":["t1/"]}""")]
    [TestCase("""{"teams":["t1/owner/x"]}""")]
    [TestCase("""{"teams":["t1//owner"]}""")]
    [TestCase("""{"teams":["t1\n"]}""")]
    [TestCase("""{"memberships":["m1/x"]}""")]
    [TestCase("""{"memberships":{}}""")]
    [TestCase("""{"labels":["vip/x"]}""")]
    [TestCase("""{"labels":[true]}""")]
    [TestCase("""{"channels":["chat:1"]}""")]
    [TestCase("""{"channels":"chat:1"}""")]
    [TestCase("""{"channels":{"chat:1":true}}""")]
    [TestCase("""{"channels":{"chat:1":["own"]}}""")]
    [TestCase("""{"channels":{"chat:1":["Read"]}}""")]
    [TestCase("""{"channels":{"chat:1":["broadcast"]}}""")]
    [TestCase("""{"channels":{"chat:1":["read",1]}}""")]
    [TestCase("""{"channels":{"chat:*":["read"]}}""")]
    [TestCase("""{"channels":{"$all":["write"]}}""")]
    [TestCase("""{"channels":{"$user:bob":["read"]}}""")]
    [TestCase("""{"channels":{"":["read"]}}""")]
    public async Task Token_IsRefused_WhenAClaimCannotBeRead(string claims) =>
        Assert.That((await _validator.RefusedAsync(With(claims))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));

    [Test]
    public async Task Token_IsRefused_WithoutUser() =>
        Assert.That((await _validator.RefusedAsync(("sub", null))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));

    [Test]
    public async Task Token_IsRefused_WhenItsUserIsTooLong()
    {
        Assert.That((await _validator.RefusedAsync(("sub", new string('x', 256)))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That((await _validator.AdmittedAsync(("sub", new string('x', 255)))).UserId, Has.Length.EqualTo(255));
    }

    [Test]
    public async Task Rights_AreGrantedByChannel_AsTheTokenSays()
    {
        var identity = await _validator.AdmittedAsync(
            With("""{"channels":{"chat:1":["read","write"],"chat:2":"presence","chat:3":[],"chat:4":null}}"""));

        Assert.Multiple(() =>
        {
            Assert.That(identity.Grants.Keys, Is.EquivalentTo(["chat:1", "chat:2", "chat:3", "chat:4"]));
            Assert.That(identity.Grants["chat:1"], Is.EquivalentTo([Right.Read, Right.Write]));
            Assert.That(identity.Grants["chat:2"], Is.EquivalentTo([Right.Presence]));
            Assert.That(identity.Grants["chat:3"], Is.Empty);
            Assert.That(identity.Grants["chat:4"], Is.Empty);
        });
    }

    [Test]
    public async Task Claims_AreReadByTheirConfiguredNames_AndNotByTheUsualOnes()
    {
        var validator = new TestValidator(options =>
        {
            options.Claims.UserId = "uid";
            options.Claims.Verified = "checked";
            options.Claims.Teams = "https://example.com/groups";
            options.Claims.Memberships = "ms";
            options.Claims.Labels = "ls";
            options.Claims.Channels = "cs";
        });

        var identity = await validator.AdmittedAsync(
            ("uid", "bob"), ("checked", true), ("https://example.com/groups", "t1"), ("ms", "m1"), ("ls", "vip"), ("cs", new { granted = "read" }),
            ("teams", "t2"), ("memberships", "m2"), ("labels", "other"), ("channels", new { other = "read" }), ("email_verified", false));

        Assert.Multiple(() =>
        {
            Assert.That(identity.UserId, Is.EqualTo("bob"));
            Assert.That(RolesOf(identity), Is.EqualTo(Sorted("any users user:bob user:bob/verified users/verified team:t1 member:m1 label:vip")));
            Assert.That(identity.Grants.Keys, Is.EquivalentTo(["granted"]));
        });
    }

    [Test]
    public async Task User_IsNotVerifiedByAnotherClaim_ThanTheOneThatWasChosen()
    {
        var validator = new TestValidator(options => options.Claims.Verified = "checked");
        var identity = await validator.AdmittedAsync(("sub", "ann"), ("verified", true), ("email_verified", true));
        Assert.That(RolesOf(identity), Does.Contain("users/unverified"));
    }

    [FsCheck.NUnit.Property]
    public void Claim_GivesRolesOfItsKindAlone_WhateverItSays(IdText text)
    {
        AssertAddsOnly("labels", text.Value, $"label:{text.Value}");
        AssertAddsOnly("memberships", text.Value, $"member:{text.Value}");
        AssertAddsOnly("teams", text.Value, $"team:{text.Value}", $"team:{text.Value.Split('/')[0]}");
    }

    private void AssertAddsOnly(string claim, string text, params string[] roles)
    {
        // A serializer writes another character for half a one; such a text cannot be said.
        if (text.Contains('\ud800', StringComparison.Ordinal))
        {
            return;
        }

        var token = TestTokens.Sign(_validator.Claims((claim, text)));
        if (roles.All(role => Role.TryParse(role, out _)))
        {
            var identity = _validator.AdmittedAsync(token).GetAwaiter().GetResult();
            Assert.That(identity.Roles.Select(role => role.ToString()), Is.EquivalentTo(Unverified.Split(' ').Concat(roles).Distinct()));
        }
        else
        {
            Assert.That(_validator.RefusedAsync(token).GetAwaiter().GetResult().Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        }
    }

    private string With(string claims) => TestTokens.Sign(_validator.Claims(
        [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(claims)!.Select(claim => (claim.Key, (object?)claim.Value))]));

    private static string RolesOf(Identity identity) => Sorted(string.Join(' ', identity.Roles));

    private static string Sorted(string roles) =>
        string.Join(' ', roles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
}
