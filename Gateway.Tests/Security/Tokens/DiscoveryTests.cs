using RealtimeGateway.Contracts;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

[TestFixture]
public sealed class DiscoveryTests
{
    private TestIssuer _issuer = null!;
    private TestValidator _validator = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _validator = ValidatorOf(_issuer.Url);
    }

    [TearDown]
    public async Task StopAsync() => await _issuer.DisposeAsync();

    [TestCase("rsa")]
    [TestCase("other")]
    [TestCase(null)]
    public async Task Token_IsBelieved_WhenOneOfTheIssuersRsaKeysSignedIt(string? kid)
    {
        var identity = await _validator.AdmittedAsync(TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", kid)).InTime();

        Assert.That(identity.UserId, Is.EqualTo("ann"));
    }

    [Test]
    public async Task Token_IsBelieved_WhenTheIssuersEcKeySignedIt()
    {
        var identity = await _validator.AdmittedAsync(TestKeys.SignEc(Claims(), TestKeys.P256, "ES256", "ec")).InTime();

        Assert.That(identity.UserId, Is.EqualTo("ann"));
    }

    [TestCase("aud", "other")]
    [TestCase("aud", null)]
    [TestCase("iss", "https://other.example")]
    [TestCase("iss", null)]
    public async Task Token_IsRefused_WhenItIsFromOrForOthers(string claim, string? value)
    {
        var token = TestKeys.SignRsa(Claims((claim, value)), TestKeys.Rsa, "RS256", "rsa");

        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task Issuer_IsThatOfTheDocument_WhenTheSettingIsEmpty()
    {
        var validator = ValidatorOf(_issuer.Url, issuer: "");
        var token = TestKeys.SignRsa(Claims(("iss", "https://other.example")), TestKeys.Rsa, "RS256", "rsa");

        Assert.That((await validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task Token_IsRefused_WhenItsIssuerDoesNotNameItself()
    {
        _issuer.Name = null;

        Assert.That((await _validator.RefusedAsync(TestKeys.SignRsa(Claims(), TestKeys.Rsa)).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task ForgedTokens_AreRefused_WithoutAskingTheIssuerEachTime()
    {
        for (var i = 0; i < 20; i++)
        {
            var token = TestKeys.SignRsa(Claims(), TestKeys.OtherRsa, "RS256", "key" + i);
            Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        }

        Assert.That(_issuer.Requests, Is.EqualTo(1));
    }

    [TestCase("rsa")]
    [TestCase("new")]
    public async Task Issuer_IsAskedForNewKeys_WhenNoneFits_AndTheFirstTokenIsBelieved(string kid)
    {
        await _validator.AdmittedAsync(TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa")).InTime();
        _issuer.HasOtherKey = true;
        var token = TestKeys.SignRsa(Claims(), TestKeys.OtherRsa, "RS256", kid);
        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated), "it was asked a moment ago");

        _validator.Time.Advance(IssuerDiscovery.MinInterval);
        Assert.That((await _validator.AdmittedAsync(token).InTime()).UserId, Is.EqualTo("ann"));
        Assert.That((await _validator.RefusedAsync(TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa")).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That(_issuer.Requests, Is.EqualTo(2));
    }

    [Test]
    public async Task Issuer_IsAskedOnceByMany_AndAgainAfterTwelveHours_WhileNobodyWaits()
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _issuer.Answers = answers.Task;
        var token = TestKeys.SignRsa(Claims(("exp", _validator.Now + 86_400)), TestKeys.Rsa, "RS256", "rsa");
        var many = Enumerable.Range(0, 20).Select(_ => _validator.AdmittedAsync(token)).ToArray();
        await _issuer.AskedAsync();
        answers.SetResult();
        await Task.WhenAll(many).InTime();
        Assert.That(_issuer.Requests, Is.EqualTo(1));

        answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _issuer.Answers = answers.Task;
        _validator.Time.Advance(TimeSpan.FromHours(12));
        await _validator.AdmittedAsync(token).InTime();
        await _issuer.AskedAsync();
        await _validator.AdmittedAsync(token).InTime();
        answers.SetResult();
        Assert.That(_issuer.Requests, Is.EqualTo(2));
    }

    [TestCase("new", ErrorCodes.Unavailable)]
    [TestCase(null, ErrorCodes.Unavailable)]
    [TestCase("rsa", ErrorCodes.Unauthenticated)]
    public async Task Token_IsToBeTriedAgain_WhenItMayBeOfANewKey_AndTheIssuerCannotBeAsked(string? kid, string code)
    {
        var known = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");
        await _validator.AdmittedAsync(known).InTime();
        _issuer.IsDown = true;
        _validator.Time.Advance(IssuerDiscovery.MinInterval);
        var token = TestKeys.SignRsa(Claims(), TestKeys.OtherRsa, "RS256", kid);

        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(code));
        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(code), "and so while it is not asked again");
        await _validator.AdmittedAsync(known).InTime();
    }

    [Test]
    public async Task KnownKeys_AreStillBelieved_WhenTheIssuerShowsNone()
    {
        var known = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");
        await _validator.AdmittedAsync(known).InTime();
        _issuer.HasNoKeys = true;
        _validator.Time.Advance(IssuerDiscovery.MinInterval);
        await _validator.RefusedAsync(TestKeys.SignRsa(Claims(), TestKeys.OtherRsa, "RS256", "rsa")).InTime();

        await _validator.AdmittedAsync(known).InTime();
        Assert.That(_issuer.Requests, Is.EqualTo(2));
    }

    [Test]
    public async Task IssuerThatComesBack_IsAsked_AfterSomeSeconds()
    {
        _issuer.IsDown = true;
        var token = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");
        await _validator.RefusedAsync(token).InTime();
        _issuer.IsDown = false;
        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unavailable));

        _validator.Time.Advance(IssuerDiscovery.MinInterval);
        await _validator.AdmittedAsync(token).InTime();
        Assert.That(_issuer.Requests, Is.EqualTo(2));
    }

    [TestCase("none")]
    [TestCase("HS256")]
    public async Task Issuer_IsNotAsked_AboutATokenOfAnAlgorithmThatItCannotHaveUsed(string algorithm)
    {
        var token = TestTokens.Sign(Claims(), header: $$"""{"alg":"{{algorithm}}","kid":"rsa"}""");

        Assert.That((await _validator.RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        Assert.That(_issuer.Requests, Is.Zero);
    }

    [Test]
    public async Task Token_IsToBeTriedAgain_WhenTheIssuerIsDown()
    {
        var token = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");
        await _issuer.DisposeAsync();

        var error = await _validator.RefusedAsync(token).InTime();

        Assert.Multiple(() =>
        {
            Assert.That(error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(error.RetryAfter, Is.Positive);
            Assert.That(error.Message, Does.Not.Contain(_issuer.Url));
        });
    }

    [Test]
    public async Task Token_IsToBeTriedAgain_WhenTheIssuerHasNoSuchDocument()
    {
        var token = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");

        Assert.That((await ValidatorOf(_issuer.Url + "/realms/other").RefusedAsync(token).InTime()).Code, Is.EqualTo(ErrorCodes.Unavailable));
    }

    [Test]
    public async Task KnownKeys_AreStillBelieved_WhenTheIssuerIsDown()
    {
        var token = TestKeys.SignRsa(Claims(), TestKeys.Rsa, "RS256", "rsa");
        await _validator.AdmittedAsync(token).InTime();
        await _issuer.DisposeAsync();

        Assert.That((await _validator.AdmittedAsync(token).InTime()).UserId, Is.EqualTo("ann"));
    }

    private Dictionary<string, object?> Claims(params (string Name, object? Value)[] changes) =>
        _validator.Claims([("iss", _issuer.Url), ("aud", "gateway"), .. changes]);

    private static TestValidator ValidatorOf(string authority, string? issuer = null) => new(options =>
    {
        options.Secret = null;
        options.Authority = authority;
        options.Audience = "gateway";
        options.Issuer = issuer;
    });
}
