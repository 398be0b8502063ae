using System.Net;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Keys;

[TestFixture]
public sealed class ApiKeyRingTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Key_IsFound_ByItsTextAlone()
    {
        var ring = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key"), TestApiKeys.Key("two", "second key"));

        Assert.Multiple(() =>
        {
            Assert.That(ring.Find("first key", ApiKeyScopes.Connect).OrThrow().Role.ToString(), Is.EqualTo("key:one"));
            Assert.That(ring.Find("second key", ApiKeyScopes.Connect).OrThrow().Role.ToString(), Is.EqualTo("key:two"));
        });
    }

    [TestCase("")]
    [TestCase("one")]
    [TestCase("First key")]
    [TestCase("first key ")]
    [TestCase("first ke")]
    [TestCase("\ud800")]
    public void Key_IsRefused_WhenItIsNotOnTheRing(string text)
    {
        var error = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key")).Find(text, ApiKeyScopes.Connect).Error;

        Assert.That(error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public void Hash_IsNoKey_ForWhoeverReadTheConfiguration()
    {
        var ring = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key"));

        Assert.That(ring.Find(TestApiKeys.Sha256("first key"), ApiKeyScopes.Connect).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public void NoKey_IsFound_OnAnEmptyRing() =>
        Assert.That(TestApiKeys.Ring(_time).Find("first key", ApiKeyScopes.Connect).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));

    [Test]
    public void Hash_IsRead_InCapitalsToo()
    {
        var key = TestApiKeys.Key("one", "first key");
        key.Sha256 = key.Sha256.ToUpperInvariant();

        Assert.That(TestApiKeys.Ring(_time, key).Find("first key", ApiKeyScopes.Connect).Error, Is.Null);
    }

    [Test]
    public void Key_EndsToTheMoment_WhenItExpires()
    {
        var ring = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key", _time.GetUtcNow() + TimeSpan.FromHours(1)));

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.That(ring.Find("first key", ApiKeyScopes.Connect).Error, Is.Null);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(ring.Find("first key", ApiKeyScopes.Connect).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public void Key_IsRefusedWithoutBeingQuoted_WhenItLacksTheScope()
    {
        var error = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key")).Find("first key", "publish").Error;

        Assert.Multiple(() =>
        {
            Assert.That(error?.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
            Assert.That(error?.Message, Does.Contain("publish").And.Not.Contain("first key"));
        });
    }

    [TestCase("192.0.2.7", null, null)]
    [TestCase("192.0.2.7", "https://shop.example", null)]
    [TestCase("192.0.2.8", null, "The API key is not valid from this address.")]
    [TestCase(null, null, "The API key is not valid from this address.")]
    public void KeyWithNetworks_CountsFromThere_AndNowhereElse(string? peer, string? origin, string? refusal) =>
        Assert.That(MisplacementOf(key => key.Networks = ["10.0.0.0/8", "192.0.2.7"], peer, origin), Is.EqualTo(refusal));

    [TestCase("https://shop.example", null)]
    [TestCase("https://eu.shop.example", null)]
    [TestCase("https://shop.example.attacker.net", "The API key is not valid from this origin.")]
    [TestCase("null", "The API key is not valid from this origin.")]
    [TestCase(null, "The API key is for pages in a browser; this request has no Origin.")]
    public void KeyWithOrigins_CountsOnPagesOfThem_AndNowhereElse(string? origin, string? refusal) =>
        Assert.That(MisplacementOf(key => key.Origins = ["https://shop.example", "https://*.shop.example"], "192.0.2.7", origin), Is.EqualTo(refusal));

    [Test]
    public void KeyWithBoth_NeedsBoth()
    {
        static void Both(ApiKeyOptions key) => (key.Origins, key.Networks) = (["https://shop.example"], ["192.0.2.7"]);
        Assert.Multiple(() =>
        {
            Assert.That(MisplacementOf(Both, "192.0.2.7", "https://shop.example"), Is.Null);
            Assert.That(MisplacementOf(Both, "192.0.2.8", "https://shop.example"), Is.Not.Null);
            Assert.That(MisplacementOf(Both, "192.0.2.7", "https://other.example"), Is.Not.Null);
        });
    }

    [Test]
    public void KeysOfOneName_AreEachFound_WhileOneTakesTheOthersPlace()
    {
        var ring = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "old key"), TestApiKeys.Key("one", "new key"));
        Assert.Multiple(() =>
        {
            Assert.That(ring.Find("old key", ApiKeyScopes.Connect).OrThrow().Role.ToString(), Is.EqualTo("key:one"));
            Assert.That(ring.Find("new key", ApiKeyScopes.Connect).OrThrow().Role.ToString(), Is.EqualTo("key:one"));
        });
    }

    [Test]
    public void Key_IsRenewed_AsItIsOnTheNextRing()
    {
        var (hour, day) = (_time.GetUtcNow() + TimeSpan.FromHours(1), _time.GetUtcNow() + TimeSpan.FromDays(1));
        var earlier = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key", hour)).Find("first key", ApiKeyScopes.Connect).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(TestApiKeys.Ring(_time, TestApiKeys.Key("two", "first key", day)).Renew(earlier), Has.Property("ExpiresAt").EqualTo(day).And.Property("Role").Property("Id").EqualTo("two"));
            Assert.That(TestApiKeys.Ring(_time, TestApiKeys.Key("one", "second key")).Renew(earlier), Is.Null, "another key of its name");
            Assert.That(TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key", _time.GetUtcNow())).Renew(earlier), Is.Null, "it has expired");
            Assert.That(TestApiKeys.Ring(_time, new ApiKeyOptions { Name = "one", Sha256 = TestApiKeys.Sha256("first key") }).Renew(earlier), Is.Null, "it lost its scope");
            Assert.That(TestApiKeys.Ring(_time).Renew(null), Is.Null);
        });
    }

    [Test]
    public void KeyThatIsListedTwice_IsRenewedAsTheOneThatIsFound()
    {
        var ring = TestApiKeys.Ring(_time, TestApiKeys.Key("one", "first key"), TestApiKeys.Key("two", "first key"));
        var found = ring.Find("first key", ApiKeyScopes.Connect).OrThrow();

        Assert.That(ring.Renew(found), Is.SameAs(found));
    }

    [Test]
    public void EveryMistake_IsNamed_AndNoWrongKeyIsEverFound()
    {
        var problems = new List<string>();
        var ring = ApiKeyRing.Compile(
            [
                TestApiKeys.Key("", "a"),
                TestApiKeys.Key("a/b", "b"),
                new ApiKeyOptions { Name = "short", Sha256 = "abcd" },
                new ApiKeyOptions { Name = "text", Sha256 = new string('g', 64) },
                new ApiKeyOptions { Name = "none" },
                TestApiKeys.Key("scoped", "c", null, "connect", "own"),
                new ApiKeyOptions { Name = "placed", Sha256 = TestApiKeys.Sha256("d"), Origins = ["*", "https://a.example"], Networks = ["10/8", "::1"] },
            ],
            _time,
            problems);

        Assert.Multiple(() =>
        {
            Assert.That(problems.Select(problem => problem.Split(' ')[0]), Is.EqualTo(
            [
                "Gateway:Auth:ApiKeys:0:Name",
                "Gateway:Auth:ApiKeys:1:Name",
                "Gateway:Auth:ApiKeys:2:Sha256",
                "Gateway:Auth:ApiKeys:3:Sha256",
                "Gateway:Auth:ApiKeys:4:Sha256",
                "Gateway:Auth:ApiKeys:5:Scopes",
                "Gateway:Auth:ApiKeys:6:Origins",
                "Gateway:Auth:ApiKeys:6:Networks",
            ]));
            Assert.That(ring.Find("", ApiKeyScopes.Connect).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    private string? MisplacementOf(Action<ApiKeyOptions> change, string? peer, string? origin)
    {
        var key = TestApiKeys.Key("one", "first key");
        change(key);
        var found = TestApiKeys.Ring(_time, key).Find("first key", ApiKeyScopes.Connect).OrThrow();
        return found.FindMisplacement(new Whereabouts(peer is null ? null : IPAddress.Parse(peer), origin))?.Message;
    }
}
