using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>Whose signature is believed, and for whom a token was made.</summary>
[TestFixture]
public sealed class TokenValidatorTests
{
    private readonly TestValidator _secret = new();
    private readonly TestValidator _rsa = PublicKeyOf(TestKeys.Rsa);
    private readonly TestValidator _ec = PublicKeyOf(TestKeys.P256);

    [TestCase("HS256", 32)]
    [TestCase("HS384", 48)]
    [TestCase("HS512", 64)]
    public async Task Token_IsBelieved_WhenTheSecretSignedIt(string algorithm, int bytes)
    {
        var secret = new string('s', bytes);
        var validator = new TestValidator(options => options.Secret = secret);
        var identity = await validator.AdmittedAsync(TestKeys.SignHmac(validator.Claims(), algorithm, secret));

        Assert.That(identity.UserId, Is.EqualTo("ann"));
    }

    [TestCase("HS384", 47)]
    [TestCase("HS512", 63)]
    public async Task Token_IsRefused_WhenTheSecretIsShorterThanItsHash(string algorithm, int bytes)
    {
        var secret = new string('s', bytes);
        var validator = new TestValidator(options => options.Secret = secret);
        var error = await validator.RefusedAsync(TestKeys.SignHmac(validator.Claims(), algorithm, secret));

        Assert.That(error.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That(error.Message, Does.Contain("algorithm"));
    }

    [TestCase("RS256")]
    [TestCase("PS256")]
    public async Task Token_IsBelieved_WhenTheIssuersRsaKeySignedIt(string algorithm)
    {
        var identity = await _rsa.AdmittedAsync(TestKeys.SignRsa(_rsa.Claims(), TestKeys.Rsa, algorithm));

        Assert.That(identity.UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task Token_IsBelieved_WhenTheIssuersEcKeySignedIt()
    {
        var p384 = PublicKeyOf(TestKeys.P384);

        var one = await _ec.AdmittedAsync(TestKeys.SignEc(_ec.Claims(), TestKeys.P256));
        var other = await p384.AdmittedAsync(TestKeys.SignEc(p384.Claims(), TestKeys.P384, "ES384"));

        Assert.That((one.UserId, other.UserId), Is.EqualTo(("ann", "ann")));
    }

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("nOnE")]
    [TestCase("")]
    [TestCase("hs256")]
    [TestCase("HS256 ")]
    [TestCase("RS256")]
    [TestCase("dir")]
    public async Task Token_IsRefused_WhenItsAlgorithmDoesNotFitTheSecret(string algorithm)
    {
        var signed = TestTokens.Sign(_secret.Claims(), header: $$"""{"alg":"{{algorithm}}"}""");
        var unsigned = signed[..(signed.LastIndexOf('.') + 1)];

        Assert.Multiple(async () =>
        {
            Assert.That((await _secret.RefusedAsync(signed)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _secret.RefusedAsync(unsigned)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _rsa.RefusedAsync(unsigned)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    [TestCase("null")]
    [TestCase("1")]
    [TestCase("[\"HS256\"]")]
    public async Task Token_IsRefused_WhenItsAlgorithmIsNoText(string algorithm) =>
        Assert.That(
            (await _secret.RefusedAsync(TestTokens.Sign(_secret.Claims(), header: $$"""{"alg":{{algorithm}}}"""))).Code,
            Is.EqualTo(ErrorCodes.Unauthenticated));

    [Test]
    public async Task Token_IsRefused_WhenAnotherSecretSignedIt()
    {
        var error = await _secret.RefusedAsync(TestTokens.Sign(_secret.Claims(), "another secret, and it has 32 bytes or more"));

        Assert.That(error.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task Token_IsRefused_WhenItsClaimsOrSignatureWereChanged()
    {
        var parts = TestTokens.Sign(_secret.Claims()).Split('.');
        var otherClaims = TestTokens.Sign(_secret.Claims(("sub", "admin"))).Split('.')[1];
        var otherSignature = (parts[2][0] == 'A' ? 'B' : 'A') + parts[2][1..];

        string[] forged =
        [
            $"{parts[0]}.{otherClaims}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{otherSignature}",
            $"{parts[0]}.{parts[1]}.{parts[2][..10]}",
            $"{parts[0]}.{parts[1]}.AA",
        ];
        foreach (var token in forged)
        {
            Assert.That((await _secret.RefusedAsync(token)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        }
    }

    [Test]
    public async Task PublicKey_IsNoSecret_HoweverItIsWrittenDown()
    {
        foreach (var pem in new[] { TestKeys.Rsa.ExportSubjectPublicKeyInfoPem(), TestKeys.Rsa.ExportRSAPublicKeyPem() })
        {
            foreach (var secret in new[] { pem, pem + "\n" })
            {
                Assert.That((await _rsa.RefusedAsync(TestTokens.Sign(_rsa.Claims(), secret))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            }
        }
    }

    [Test]
    public async Task Token_IsRefused_WhenItsKindOfKeyIsNotTheGateways()
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await _rsa.RefusedAsync(TestTokens.Sign(_rsa.Claims()))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _rsa.RefusedAsync(TestKeys.SignEc(_rsa.Claims(), TestKeys.P256))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _rsa.RefusedAsync(TestKeys.SignRsa(_rsa.Claims(), TestKeys.OtherRsa))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _ec.RefusedAsync(TestKeys.SignRsa(_ec.Claims(), TestKeys.Rsa))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _ec.RefusedAsync(TestKeys.SignEc(_ec.Claims(), TestKeys.P384, "ES384"))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _secret.RefusedAsync(TestKeys.SignRsa(_secret.Claims(), TestKeys.Rsa))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    [Test]
    public async Task Token_CannotBringItsOwnKey_InItsHeader()
    {
        var key = TestKeys.OtherRsa.ExportParameters(false);
        var jwk = $$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}""";
        var token = TestTokens.Assemble(
            $$"""{"alg":"RS256","jwk":{{jwk}}}""",
            JsonSerializer.Serialize(_rsa.Claims()),
            bytes => TestKeys.OtherRsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        Assert.That((await _rsa.RefusedAsync(token)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [TestCase("\"https://other.example\"")]
    [TestCase("\"https://issuer.example/\"")]
    [TestCase("[\"https://issuer.example\"]")]
    [TestCase("\"\"")]
    [TestCase("7")]
    [TestCase("null")]
    public async Task Token_IsRefused_WhenItsIssuerIsNotTheOneAskedFor(string issuer)
    {
        var validator = new TestValidator(options => options.Issuer = "https://issuer.example");

        Assert.That((await validator.RefusedAsync(("iss", Json(issuer)))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That((await validator.RefusedAsync()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That((await validator.AdmittedAsync(("iss", "https://issuer.example"))).UserId, Is.EqualTo("ann"));
    }

    [TestCase("\"other\"")]
    [TestCase("\"Gateway\"")]
    [TestCase("[\"other\", \"Gateway\"]")]
    [TestCase("[]")]
    [TestCase("\"\"")]
    [TestCase("null")]
    [TestCase("{\"gateway\": true}")]
    public async Task Token_IsRefused_WhenItIsMadeForOthers(string audience)
    {
        var validator = new TestValidator(options => options.Audience = "gateway");

        Assert.That((await validator.RefusedAsync(("aud", Json(audience)))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That((await validator.RefusedAsync()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [TestCase("\"gateway\"")]
    [TestCase("[\"other\", \"gateway\"]")]
    public async Task Token_IsBelieved_WhenItIsMadeForUsToo(string audience)
    {
        var validator = new TestValidator(options => options.Audience = "gateway");

        Assert.That((await validator.AdmittedAsync(("aud", Json(audience)))).UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task NoToken_IsBelieved_WhenNoKeyIsConfigured()
    {
        var validator = new TestValidator(options => options.Secret = null);

        Assert.Multiple(async () =>
        {
            Assert.That((await validator.RefusedAsync()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await validator.RefusedAsync(TestTokens.Sign(validator.Claims(), header: """{"alg":"none"}"""))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private static TestValidator PublicKeyOf(AsymmetricAlgorithm key) => new(options =>
    {
        options.Secret = null;
        options.PublicKey = key.ExportSubjectPublicKeyInfoPem();
    });
}
