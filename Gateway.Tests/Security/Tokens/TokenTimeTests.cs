using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>When a token is accepted, and when the rights it gives end. The clock's skew is 10 s, a token lives 24 h at most.</summary>
[TestFixture]
public sealed class TokenTimeTests
{
    private readonly TestValidator _validator = new();

    [TestCase(1)]
    [TestCase(0)]
    [TestCase(-9)]
    public async Task Rights_EndAtExp_EvenIfTheTokenIsAcceptedAfterIt(int seconds)
    {
        var identity = await _validator.AdmittedAsync(("exp", _validator.Now + seconds));

        Assert.Multiple(() =>
        {
            Assert.That(identity.ExpiresAt, Is.EqualTo(_validator.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds)));
            Assert.That(identity.IsExpired(_validator.Time.GetUtcNow()), Is.EqualTo(seconds <= 0));
        });
    }

    [TestCase(-10)]
    [TestCase(-11)]
    [TestCase(-86400)]
    public async Task Token_HasExpired_WhenItsEndIsTenSecondsPast(int seconds) =>
        Assert.That((await _validator.RefusedAsync(("iat", null), ("exp", _validator.Now + seconds))).Code, Is.EqualTo(ErrorCodes.TokenExpired));

    [Test]
    public async Task Token_Expires_AsTheClockGoesOn()
    {
        var validator = new TestValidator();
        var token = TestTokens.Sign(validator.Claims(("exp", validator.Now + 60)));

        validator.Time.Advance(TimeSpan.FromSeconds(70) - TimeSpan.FromTicks(1));
        Assert.That((await validator.AdmittedAsync(token)).UserId, Is.EqualTo("ann"));
        validator.Time.Advance(TimeSpan.FromTicks(1));
        Assert.That((await validator.RefusedAsync(token)).Code, Is.EqualTo(ErrorCodes.TokenExpired));
    }

    [Test]
    public async Task Rights_EndToTheFraction_ThatExpSays()
    {
        var identity = await _validator.AdmittedAsync(("exp", _validator.Now + 0.25));

        Assert.That(identity.ExpiresAt, Is.EqualTo(_validator.Time.GetUtcNow() + TimeSpan.FromSeconds(0.25)));
    }

    [TestCase("nbf")]
    [TestCase("iat")]
    public async Task Token_IsNotValidYet_WhenItBeginsLaterThanTheSkew(string claim)
    {
        Assert.That((await _validator.RefusedAsync((claim, _validator.Now + 11))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That((await _validator.AdmittedAsync((claim, _validator.Now + 10))).UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task Token_IsRefused_WhenItLivesTooLong()
    {
        const int Longest = 24 * 3600 + 10;
        var now = _validator.Now;

        Assert.Multiple(async () =>
        {
            Assert.That((await _validator.RefusedAsync(("exp", now + Longest + 1))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _validator.RefusedAsync(("iat", null), ("exp", now + Longest + 1))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _validator.RefusedAsync(("iat", now - Longest), ("exp", now + 1))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await _validator.AdmittedAsync(("exp", now + Longest))).UserId, Is.EqualTo("ann"));
            Assert.That((await _validator.AdmittedAsync(("iat", null), ("exp", now + Longest))).UserId, Is.EqualTo("ann"));
        });
    }

    [Test]
    public async Task Token_IsRefused_WithoutExp() =>
        Assert.That((await _validator.RefusedAsync(("exp", null))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));

    [TestCase("exp", "null")]
    [TestCase("exp", "\"1893459600\"")]
    [TestCase("exp", "\"\"")]
    [TestCase("exp", "\"NaN\"")]
    [TestCase("exp", "true")]
    [TestCase("exp", "{}")]
    [TestCase("exp", "[1893459600]")]
    [TestCase("exp", "-1")]
    [TestCase("exp", "-1e400")]
    [TestCase("exp", "1e400")]
    [TestCase("exp", "1e20")]
    [TestCase("exp", "253402300800")]
    [TestCase("exp", "253402300799")]
    [TestCase("exp", "9223372036854775808")]
    [TestCase("exp", "99999999999999999999999999999999999999")]
    [TestCase("nbf", "null")]
    [TestCase("nbf", "\"0\"")]
    [TestCase("nbf", "-1")]
    [TestCase("nbf", "1e400")]
    [TestCase("iat", "null")]
    [TestCase("iat", "\"0\"")]
    [TestCase("iat", "-1")]
    [TestCase("iat", "1e400")]
    public async Task Token_IsRefused_WhenATimeIsNoTime(string claim, string value)
    {
        var claims = _validator.Claims();
        claims[claim] = JsonSerializer.Deserialize<JsonElement>(value);

        Assert.That((await _validator.RefusedAsync(TestTokens.Sign(claims))).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }
}
