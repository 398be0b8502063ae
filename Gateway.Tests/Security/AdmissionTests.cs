using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security;

[TestFixture]
public sealed class AdmissionTests
{
    private const string GoodKey = "the key";
    private const string ShortKey = "the key that expires in an hour";
    private const string ScopelessKey = "the key without a scope";
    private const string Garbage = "garbage";

    private static readonly Whereabouts Here = new(System.Net.IPAddress.Loopback, Origin: null);

    private ManualTime _time = null!;
    private TokenValidator _tokens = null!;
    private Revocations _revocations = null!;

    [SetUp]
    public void Start()
    {
        var options = new JwtOptions { Secret = TestTokens.Secret };
        _time = new ManualTime();
        _revocations = new Revocations(new RevocationMemory(TimeSpan.FromHours(24)), _time);
        _tokens = new TokenValidator(options, TokenTrust.Compile(options, []), _time, NullLogger<TokenValidator>.Instance);
    }

    [Test]
    public async Task Guest_IsAdmitted_WhenNothingIsAskedFor()
    {
        var admitted = (await AdmitAsync(null, null)).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(admitted.Identity.UserId, Is.Null);
            Assert.That(RolesOf(admitted), Is.EquivalentTo(["any", "guests"]));
            Assert.That(admitted.Key, Is.Null);
        });
    }

    [Test]
    public async Task User_IsAdmitted_ByHisToken()
    {
        var admitted = (await AdmitAsync(Token("ann"), null)).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(admitted.Identity.UserId, Is.EqualTo("ann"));
            Assert.That(RolesOf(admitted), Does.Contain("user:ann").And.No.Member("guests"));
            Assert.That(admitted.Key, Is.Null);
        });
    }

    [TestCase(Garbage)]
    [TestCase("")]
    public async Task WrongToken_IsRefused_AndNeverAGuest(string token)
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(token, null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(token, GoodKey)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await Admission().ReadmitAsync(new Admitted(Identity.Guest, Key: null, Basis: null, Here), token, CancellationToken.None)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    [TestCase(Garbage, ErrorCodes.Unauthenticated)]
    [TestCase("", ErrorCodes.Unauthenticated)]
    [TestCase(ScopelessKey, ErrorCodes.PermissionDenied)]
    public async Task WrongKey_IsRefused_EvenIfNoneIsNeededOrTheTokenIsGood(string key, string code)
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(null, key)).Error?.Code, Is.EqualTo(code));
            Assert.That((await AdmitAsync(Token("ann"), key)).Error?.Code, Is.EqualTo(code));
            Assert.That((await AdmitAsync(Token("ann"), key, requireApiKey: true)).Error?.Code, Is.EqualTo(code));
        });
    }

    [Test]
    public async Task ExpiredKey_IsRefused()
    {
        Assert.That((await AdmitAsync(null, ShortKey)).Error, Is.Null);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That((await AdmitAsync(null, ShortKey)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task KeysRole_IsHeld_BesideTheUsersAndTheGuestsOwn()
    {
        var user = (await AdmitAsync(Token("ann"), GoodKey)).OrThrow();
        var guest = (await AdmitAsync(null, GoodKey)).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(RolesOf(user), Is.SupersetOf(["any", "users", "user:ann", "key:backend"]).And.No.Member("guests"));
            Assert.That(RolesOf(guest), Is.EquivalentTo(["any", "guests", "key:backend"]));
            Assert.That(user.Key?.Role.ToString(), Is.EqualTo("key:backend"));
        });
    }

    [TestCase(7200, 3600)]
    [TestCase(1800, 1800)]
    public async Task Rights_EndWithWhicheverEndsFirst_TokenOrKey(int tokenSeconds, int seconds)
    {
        var admitted = (await AdmitAsync(Token("ann", tokenSeconds), ShortKey)).OrThrow();

        Assert.That(admitted.Identity.ExpiresAt, Is.EqualTo(_time.GetUtcNow() + TimeSpan.FromSeconds(seconds)));
    }

    [Test]
    public async Task Key_IsNeeded_WhereItIsRequired()
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(null, null, requireApiKey: true)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(Token("ann"), null, requireApiKey: true)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(null, GoodKey, requireApiKey: true)).Error, Is.Null);
        });
    }

    [Test]
    public async Task Token_IsNeeded_WhereASessionIsRequired()
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(null, null, requireSession: true)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(null, GoodKey, requireSession: true)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(Garbage, null, requireSession: true)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(Token("ann"), null, requireSession: true)).Error, Is.Null);
        });
    }

    [Test]
    public async Task Nobody_IsAdmitted_WhenTheGatewayIsSwitchedOff()
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(null, null, enabled: false)).Error?.Code, Is.EqualTo(ErrorCodes.Disabled));
            Assert.That((await AdmitAsync(Token("ann"), GoodKey, enabled: false)).Error?.Code, Is.EqualTo(ErrorCodes.Disabled));
        });
    }

    [Test]
    public async Task User_GoesOnAsGuest_WhenHisTokenHasExpired()
    {
        var admission = Admission();
        var user = (await AdmitAsync(Token("ann", 60), null)).OrThrow();
        _time.Advance(TimeSpan.FromSeconds(60));

        var after = admission.Review(user).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(after.Identity.UserId, Is.Null);
            Assert.That(RolesOf(after), Is.EquivalentTo(["any", "guests"]));
            Assert.That(after.Identity.ExpiresAt, Is.Null);
        });
    }

    [Test]
    public async Task Key_OutlivesTheToken_UntilItExpiresItself()
    {
        var admission = Admission();
        var user = (await AdmitAsync(Token("ann", 60), ShortKey)).OrThrow();

        _time.Advance(TimeSpan.FromSeconds(60));
        var withKey = admission.Review(user).OrThrow();
        _time.Advance(TimeSpan.FromHours(1));
        var without = admission.Review(withKey).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(RolesOf(withKey), Is.EquivalentTo(["any", "guests", "key:backend"]));
            Assert.That(withKey.Identity.ExpiresAt, Is.EqualTo(user.Key!.ExpiresAt));
            Assert.That(RolesOf(without), Is.EquivalentTo(["any", "guests"]));
            Assert.That(without.Key, Is.Null);
        });
    }

    [Test]
    public async Task Token_OutlivesTheKey_UntilItExpiresItself()
    {
        var admission = Admission();
        var user = (await AdmitAsync(Token("ann", 2 * 3600), ShortKey)).OrThrow();

        _time.Advance(TimeSpan.FromHours(1));
        var withoutKey = admission.Review(user).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(user.Identity.ExpiresAt, Is.EqualTo(user.Key!.ExpiresAt));
            Assert.That(withoutKey.Identity.UserId, Is.EqualTo("ann"));
            Assert.That(RolesOf(withoutKey), Does.Not.Contain("key:backend").And.Contain("user:ann"));
        });
    }

    [Test]
    public async Task Session_CannotGoOn_WhenWhatIsRequiredHasExpired()
    {
        var user = (await AdmitAsync(Token("ann", 60), ShortKey)).OrThrow();

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Multiple(() =>
        {
            Assert.That(Admission(requireSession: true).Review(user).Error?.Code, Is.EqualTo(ErrorCodes.TokenExpired));
            Assert.That(Admission(requireApiKey: true).Review(user).Error, Is.Null);
        });

        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(Admission(requireApiKey: true).Review(user).Error?.Code, Is.EqualTo(ErrorCodes.TokenExpired));
    }

    [Test]
    public async Task RevokedToken_IsRefused_AndANewerOneIsNot()
    {
        var old = Token("ann");
        var ofAnother = Token("bob");
        _time.Advance(TimeSpan.FromSeconds(1));
        var sameSecond = Token("ann", seconds: 601);
        RevokeUser("ann");
        _time.Advance(TimeSpan.FromSeconds(1));
        var newer = Token("ann");

        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(old, null)).Error, Is.EqualTo(new Error(ErrorCodes.Unauthenticated, "The token was revoked; get a new one.")));
            Assert.That((await AdmitAsync(sameSecond, null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated), "times of tokens are whole seconds");
            Assert.That((await AdmitAsync(newer, null)).Error, Is.Null);
            Assert.That((await AdmitAsync(ofAnother, null)).Error, Is.Null);
        });
    }

    [Test]
    public async Task RevokedToken_IsRefusedAloneOfItsUsers()
    {
        var one = TestTokens.Sign(new { sub = "ann", jti = "one", iat = Now, exp = Now + 600 });
        var other = TestTokens.Sign(new { sub = "ann", jti = "other", iat = Now, exp = Now + 600 });
        RevokeToken("one");
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(one, null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(other, null)).Error, Is.Null);
        });
    }

    [Test]
    public async Task RevokedToken_IsRefused_ThoughItsIssuersClockIsAhead()
    {
        var ahead = TestTokens.Sign(new { sub = "ann", jti = "ahead", iat = Now + 5, exp = Now + 600 });
        RevokeToken("ahead");
        RevokeUser("bob", latest: _time.GetUtcNow() + TimeSpan.FromSeconds(5));
        Assert.Multiple(async () =>
        {
            Assert.That((await AdmitAsync(ahead, null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(TestTokens.Sign(new { sub = "bob", iat = Now + 5, exp = Now + 600 }), null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That((await AdmitAsync(TestTokens.Sign(new { sub = "bob", iat = Now + 6, exp = Now + 600 }), null)).Error, Is.Null);
        });
    }

    [Test]
    public async Task TokenWithoutATimeOfIssue_IsRefused_WhileItsUsersRevocationIsRemembered()
    {
        RevokeUser("ann");
        _time.Advance(TimeSpan.FromHours(1));
        var undated = TestTokens.Sign(new { sub = "ann", exp = Now + 600 });
        Assert.That((await AdmitAsync(undated, null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
    }

    [Test]
    public async Task RevokedUser_IsAGuest_OrCannotGoOn()
    {
        var user = (await AdmitAsync(Token("ann"), GoodKey)).OrThrow();
        RevokeUser("ann", "account_closed");
        Assert.Multiple(() =>
        {
            Assert.That(Admission().FindLoss(user), Is.EqualTo("account_closed"));
            Assert.That(Admission().Review(user).OrThrow().Identity.UserId, Is.Null);
            Assert.That(RolesOf(Admission().Review(user).OrThrow()), Is.EquivalentTo(["any", "guests", "key:backend"]));
            Assert.That(Admission(requireSession: true).Review(user).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    [Test]
    public async Task RevocationThatIsTold_BeforeOneThatWasEarlier_StaysTheOneThatCounts()
    {
        var earlier = _revocations.NextOfUser("ann", "earlier", latest: _time.GetUtcNow() + TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(1));
        RevokeUser("ann", "later");
        var user = new Admitted(Identity.User("ann", [], Ends, token: new TokenStamp("one", _time.GetUtcNow() + TimeSpan.FromSeconds(4))), Key: null, Basis: null, Here);
        var before = Admission().FindLoss(user);
        _revocations.AddUser("ann", earlier);
        Assert.Multiple(async () =>
        {
            Assert.That(before, Is.Null);
            Assert.That(Admission().FindLoss(user), Is.EqualTo("later"), "and means the tokens of both");
            Assert.That((await AdmitAsync(Token("ann"), null)).Error?.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        });
    }

    [Test]
    public void Revocation_IsLaterThanWhatIsKnown_ThoughAnotherNodesClockIsAhead()
    {
        var ahead = _revocations.NextOfUser("ann", "ahead", latest: null);
        ahead = _revocations.AddUser("ann", ahead with { At = ahead.At + TimeSpan.FromMinutes(1), UpTo = ahead.UpTo + TimeSpan.FromMinutes(1) });
        var next = _revocations.NextOfUser("ann", "next", latest: null);
        Assert.Multiple(() =>
        {
            Assert.That(next.At, Is.GreaterThan(ahead.At));
            Assert.That(next.UpTo, Is.EqualTo(ahead.UpTo));
            Assert.That(next.Value, Is.EqualTo("next"));
            Assert.That(_revocations.AddUser("ann", next), Is.EqualTo(next));
        });
    }

    [Test]
    public void Revocations_AreHandedOn_WhileTheyAreRemembered()
    {
        RevokeUser("ann");
        RevokeToken("one");
        _time.Advance(TimeSpan.FromHours(24));
        RevokeUser("bob");
        var remembered = _revocations.Users.Select(user => user.Key).Concat(_revocations.Tokens.Select(token => token.Key)).ToArray();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Multiple(() =>
        {
            Assert.That(remembered, Is.EquivalentTo(["ann", "bob", "one"]));
            Assert.That(_revocations.Users.Select(user => user.Key), Is.EqualTo(["bob"]));
            Assert.That(_revocations.Tokens, Is.Empty);
        });
    }

    private DateTimeOffset Ends => _time.GetUtcNow() + TimeSpan.FromHours(1);

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private ValueTask<Result<Admitted>> AdmitAsync(
        string? token,
        string? apiKey,
        bool enabled = true,
        bool requireApiKey = false,
        bool requireSession = false) =>
        Admission(enabled, requireApiKey, requireSession).AdmitAsync(token, apiKey, Here, CancellationToken.None);

    private Admission Admission(bool enabled = true, bool requireApiKey = false, bool requireSession = false)
    {
        var start = new ManualTime().GetUtcNow();
        var keys = TestApiKeys.Ring(
            _time,
            TestApiKeys.Key("backend", GoodKey),
            TestApiKeys.Key("backend", ShortKey, start + TimeSpan.FromHours(1)),
            new ApiKeyOptions { Name = "scopeless", Sha256 = TestApiKeys.Sha256(ScopelessKey) });
        return new Admission(new AdmissionRules(enabled, requireApiKey, requireSession), _tokens, keys, _revocations, new RoleAssignments(new RevocationMemory(TimeSpan.FromHours(24)), _time), _time);
    }

    private void RevokeUser(string userId, string? reason = null, DateTimeOffset? latest = null) =>
        _revocations.AddUser(userId, _revocations.NextOfUser(userId, reason, latest));

    private void RevokeToken(string tokenId) => _revocations.AddToken(tokenId, _revocations.NextOfToken(tokenId, reason: null));

    private string Token(string userId, int seconds = 600)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return TestTokens.Sign(new { sub = userId, iat = now, exp = now + seconds });
    }

    private static IEnumerable<string> RolesOf(Admitted admitted) => admitted.Identity.Roles.Select(role => role.ToString());
}
