using RealtimeGateway.Configuration;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>What an operator may write as the source of tokens, and what stops the start.</summary>
[TestFixture]
public sealed class TokenTrustTests
{
    [TestCase("a secret of thirty-one bytes !!", 1)]
    [TestCase("a secret of thirty-two bytes !!!", 0)]
    [TestCase("éééééééééééééééé", 0, Description = "16 characters, 32 bytes")]
    public void Secret_IsRefusedWithoutBeingQuoted_WhenItIsWeak(string secret, int count)
    {
        var problems = ProblemsOf(new JwtOptions { Secret = secret });

        Assert.That(problems, Has.Exactly(count).Items.And.All.StartsWith("Gateway:Auth:Jwt:Secret "));
        Assert.That(string.Concat(problems), Does.Not.Contain(secret));
    }

    [TestCase(true, true, false)]
    [TestCase(true, false, true)]
    [TestCase(false, true, true)]
    [TestCase(true, true, true)]
    public void Sources_AreRefused_WhenThereIsMoreThanOne(bool secret, bool publicKey, bool authority)
    {
        var problems = new List<string>();

        var trust = TokenTrust.Compile(
            new JwtOptions
            {
                Secret = secret ? TestTokens.Secret : null,
                PublicKey = publicKey ? TestKeys.Rsa.ExportSubjectPublicKeyInfoPem() : null,
                Authority = authority ? "https://issuer.example" : null,
            },
            problems);

        Assert.Multiple(() =>
        {
            Assert.That(problems.Single(), Does.StartWith("Gateway:Auth:Jwt ").And.Not.Contain(TestTokens.Secret));
            Assert.That(trust, Is.SameAs(TokenTrust.Nobody));
        });
    }

    [Test]
    public void Nobody_IsTrusted_WithoutASource() =>
        Assert.That(TokenTrust.Compile(new JwtOptions { Secret = "", PublicKey = "", Authority = "" }, []), Is.SameAs(TokenTrust.Nobody));

    [TestCase("https://issuer.example", "gateway", null)]
    [TestCase("https://issuer.example/realm/", "gateway", null)]
    [TestCase("http://127.0.0.1:5000/realm", "gateway", null)]
    [TestCase("https://issuer.example", null, "Gateway:Auth:Jwt:Audience")]
    [TestCase("https://issuer.example", "", "Gateway:Auth:Jwt:Audience")]
    [TestCase("http://issuer.example", "gateway", "Gateway:Auth:Jwt:Authority")]
    [TestCase("issuer.example", "gateway", "Gateway:Auth:Jwt:Authority")]
    [TestCase("/issuer", "gateway", "Gateway:Auth:Jwt:Authority")]
    [TestCase("ftp://issuer.example", "gateway", "Gateway:Auth:Jwt:Authority")]
    public void Authority_IsAnHttpsUrl_AndNeedsAnAudience(string authority, string? audience, string? key)
    {
        var problems = ProblemsOf(new JwtOptions { Authority = authority, Audience = audience });

        Assert.That(problems.Select(problem => problem.Split(' ')[0]), Is.EqualTo(key is null ? Array.Empty<string>() : [key]));
    }

    [Test]
    public void PublicKey_IsRsaOrEc_InPem()
    {
        string[] good =
        [
            TestKeys.Rsa.ExportSubjectPublicKeyInfoPem(), TestKeys.Rsa.ExportRSAPublicKeyPem(), TestKeys.P256.ExportSubjectPublicKeyInfoPem(),
        ];
        string[] bad = ["no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"];

        Assert.Multiple(() =>
        {
            Assert.That(good.SelectMany(pem => ProblemsOf(new JwtOptions { PublicKey = pem })), Is.Empty);
            Assert.That(
                bad.Select(pem => ProblemsOf(new JwtOptions { PublicKey = pem }).Single()),
                Is.All.StartsWith("Gateway:Auth:Jwt:PublicKey "));
        });
    }

    private static List<string> ProblemsOf(JwtOptions written)
    {
        var problems = new List<string>();
        TokenTrust.Compile(written, problems);
        return problems;
    }
}
