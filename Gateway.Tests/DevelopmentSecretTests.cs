using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests;

[TestFixture]
public sealed class DevelopmentSecretTests
{
    [Test]
    public void Secret_IsMadeInDevelopment_AnotherOneInEachProcess()
    {
        var (one, other) = (SecretIn(Environments.Development), SecretIn(Environments.Development));

        Assert.That(one, Has.Length.GreaterThanOrEqualTo(32).And.Not.EqualTo(other));
    }

    [TestCase("Production")]
    [TestCase("Staging")]
    [TestCase("Test")]
    public void Secret_IsNotMade_OutsideDevelopment(string environment) => Assert.That(SecretIn(environment), Is.Null);

    [Test]
    public void Secret_IsNotMade_WhereTokensHaveASource()
    {
        Assert.Multiple(() =>
        {
            Assert.That(SecretIn(Environments.Development, jwt => jwt.Secret = TestTokens.Secret), Is.EqualTo(TestTokens.Secret));
            Assert.That(SecretIn(Environments.Development, jwt => jwt.Authority = "https://issuer.example"), Is.Null);
            Assert.That(SecretIn(Environments.Development, jwt => jwt.PublicKey = "a key"), Is.Null);
        });
    }

    private static string? SecretIn(string environment, Action<JwtOptions>? change = null)
    {
        var options = new GatewayOptions();
        change?.Invoke(options.Auth.Jwt);
        new DevelopmentSecret(new HostingEnvironment { EnvironmentName = environment }).PostConfigure(null, options);
        return options.Auth.Jwt.Secret;
    }
}
