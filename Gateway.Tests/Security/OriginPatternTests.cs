using RealtimeGateway.Security;

namespace RealtimeGateway.Tests.Security;

/// <summary>Which origins are those that an operator names.</summary>
[TestFixture]
public sealed class OriginPatternTests
{
    [TestCase("https://app.example.com", "https://app.example.com")]
    [TestCase("HTTPS://App.Example.com", "https://app.example.com")]
    [TestCase("https://app.example.com:443", "https://app.example.com")]
    [TestCase("http://app.example.com:80", "http://app.example.com")]
    [TestCase("https://app.example.com:8443", "https://app.example.com:8443")]
    [TestCase("http://localhost:3000", "http://localhost:3000")]
    [TestCase("http://[::1]:3000", "http://[::1]:3000")]
    [TestCase("capacitor://localhost", "capacitor://localhost")]
    [TestCase("https://*.example.com", "https://app.example.com")]
    [TestCase("https://*.example.com", "https://a.b-2.c_3.example.com")]
    [TestCase("https://*.example.com:8443", "https://app.example.com:8443")]
    public void Origin_Matches(string written, string origin) => Assert.That(Parse(written).Matches(origin), Is.True);

    [TestCase("https://app.example.com", "null")]
    [TestCase("https://app.example.com", "")]
    [TestCase("https://app.example.com", "*")]
    [TestCase("https://app.example.com", "https://APP.example.com", Description = "no browser writes it so")]
    [TestCase("https://app.example.com", "HTTPS://app.example.com")]
    [TestCase("https://app.example.com", "http://app.example.com")]
    [TestCase("https://app.example.com", "https://app.example.com:8443")]
    [TestCase("https://app.example.com", "https://app.example.com:443")]
    [TestCase("https://app.example.com:8443", "https://app.example.com")]
    [TestCase("https://app.example.com", "https://app.example.com/")]
    [TestCase("https://app.example.com", "https://app.example.com.attacker.net")]
    [TestCase("https://app.example.com", "https://attacker.net/https://app.example.com")]
    [TestCase("https://app.example.com", "https://app.example.com ")]
    [TestCase("https://app.example.com", "https://app_example.com")]
    [TestCase("https://*.example.com", "https://example.com")]
    [TestCase("https://*.example.com", "https://.example.com")]
    [TestCase("https://*.example.com", "https://a..example.com")]
    [TestCase("https://*.example.com", "https://evilexample.com")]
    [TestCase("https://*.example.com", "https://evil.example.com.attacker.net")]
    [TestCase("https://*.example.com", "https://attacker.net/.example.com")]
    [TestCase("https://*.example.com", "https://attacker.net#.example.com")]
    [TestCase("https://*.example.com", "https://attacker.net?.example.com")]
    [TestCase("https://*.example.com", "https://attacker.net:1.example.com")]
    [TestCase("https://*.example.com", "https://user@a.example.com")]
    [TestCase("https://*.example.com", "https://attacker.net\\.example.com")]
    [TestCase("https://*.example.com", "https://a\n.example.com")]
    [TestCase("https://*.example.com", "https://A.example.com")]
    [TestCase("https://*.example.com", "https://*.example.com")]
    [TestCase("https://*.example.com", "https://a.example.com:8443")]
    [TestCase("https://*.example.com", "http://a.example.com")]
    public void Origin_DoesNotMatch(string written, string origin) => Assert.That(Parse(written).Matches(origin), Is.False);

    [TestCase("")]
    [TestCase("*")]
    [TestCase("null")]
    [TestCase("app.example.com")]
    [TestCase("https://")]
    [TestCase("https://*")]
    [TestCase("https://*.")]
    [TestCase("https://a.*.example.com")]
    [TestCase("https://*example.com")]
    [TestCase("*://app.example.com")]
    [TestCase("https://app.example.com/")]
    [TestCase("https://app.example.com/path")]
    [TestCase("https://app.example.com:*")]
    [TestCase("https://user@app.example.com")]
    [TestCase("https://app.example.com, https://other.example.com")]
    [TestCase("https://bücher.example")]
    [TestCase("https://app.example.com\n")]
    public void Text_IsNoPattern(string written) => Assert.That(OriginPattern.TryParse(written, out _), Is.False);

    private static OriginPattern Parse(string written)
    {
        Assert.That(OriginPattern.TryParse(written, out var pattern), Is.True);
        return pattern!;
    }
}
