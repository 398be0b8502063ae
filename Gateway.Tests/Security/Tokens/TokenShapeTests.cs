using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>Whatever text stands where a token should: it is refused as a value, and nothing throws.</summary>
[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 300)]
public sealed class TokenShapeTests
{
    private const string Header = """{"alg":"HS256"}""";

    private readonly TestValidator _validator = new();

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("...")]
    [TestCase("....")]
    [TestCase("a.b.c")]
    [TestCase("not a token at all")]
    [TestCase("Bearer a.b.c")]
    [TestCase("%%%.%%%.%%%")]
    [TestCase("\0.\0.\0")]
    [TestCase("é.é.é")]
    public async Task Text_IsRefused_WhenItIsNoToken(string token) => await AssertIsRefusedAsync(token);

    [Test]
    public async Task Token_IsRefused_WhenItHasNotThreeParts()
    {
        var token = TestTokens.Sign(_validator.Claims());
        var parts = token.Split('.');
        string[] wrong =
        [
            parts[0], $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $".{parts[1]}.{parts[2]}", $"{parts[0]}..{parts[2]}",
            token + ".", "." + token, token + ".a", token + ".a.b",
        ];

        foreach (var text in wrong)
        {
            await AssertIsRefusedAsync(text);
        }
    }

    [TestCase(20_000)]
    [TestCase(TokenValidator.MaxLength + 1)]
    public async Task Text_IsRefused_WhenItIsTooLong(int length)
    {
        await AssertIsRefusedAsync(new string('a', length));
        await AssertIsRefusedAsync(TestTokens.Sign(_validator.Claims(("padding", new string('a', length)))));
        await AssertIsRefusedAsync(new string('.', length));
    }

    [Test]
    public async Task Token_IsRefused_WhenItIsNotBase64Url()
    {
        var parts = TestTokens.Sign(_validator.Claims()).Split('.');
        string[] wrong =
        [
            $"!{parts[0]}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}!.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2]}!",
            $"{parts[0]}.{parts[1]}.+{parts[2][1..]}", $"{parts[0]}.{parts[1]}.a", $"a.{parts[1]}.{parts[2]}", $"{parts[0]}.a.{parts[2]}",
        ];

        foreach (var text in wrong)
        {
            await AssertIsRefusedAsync(text);
        }
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"HS256\"")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("""{"alg":"HS256"}}""")]
    [TestCase("""{"ALG":"HS256"}""")]
    [TestCase("""{"alg":"none","alg":"HS256"}""")]
    [TestCase("""{"alg":"HS256","alg":"none"}""")]
    [TestCase("""{"alg":"HS256","kid":"1","kid":"2"}""")]
    [TestCase("""{"alg":"HS256","crit":["exp"]}""")]
    [TestCase("""{"alg":"HS256","crit":["b64"],"b64":false}""")]
    [TestCase("""{"alg":"HS256","crit":[]}""")]
    [TestCase("""{"alg":"HS256","crit":null}""")]
    [TestCase("""{"alg":"\ud800"}""")]
    [TestCase("""{"alg":"HS256","\ud800":1}""")]
    public async Task Token_IsRefused_WhenItsHeaderIsNotInOrder(string header) =>
        await AssertIsRefusedAsync(TestTokens.Sign(_validator.Claims(), header: header));

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("7")]
    [TestCase("\"text\"")]
    [TestCase("{")]
    [TestCase("{}")]
    public async Task Token_IsRefused_WhenItsClaimsAreNoObject(string claims) => await AssertIsRefusedAsync(Assemble(claims));

    [TestCase(""","sub":"bob" """)]
    [TestCase(""","exp":9999999999""")]
    [TestCase(""","other":1,"other":2""")]
    [TestCase(""","teams":["a"],"teams":["b"]""")]
    [TestCase(""","channels":{"a":["read"],"a":["write"]}""")]
    public async Task Token_IsRefused_WhenAClaimStandsTwice(string more) => await AssertIsRefusedAsync(Assemble(_validator.ClaimsJson(more)));

    [Test]
    public async Task Token_IsRefused_WhenItsClaimsNestWithoutEnd()
    {
        var deep = new string('[', 5_000) + new string(']', 5_000);

        await AssertIsRefusedAsync(Assemble(_validator.ClaimsJson($",\"x\":{deep}")));
        await AssertIsRefusedAsync(TestTokens.Sign(_validator.Claims(), header: $$"""{"alg":"HS256","x":{{deep}}}"""));
    }

    [Test]
    public async Task Token_IsRefused_WhenItsTextIsNoUnicode()
    {
        // JSON may write half a character; a user's id cannot be one.
        await AssertIsRefusedAsync(Assemble("""{"sub":"\ud800","exp":1893459600}"""));
        await AssertIsRefusedAsync(Assemble(_validator.ClaimsJson(""","teams":["\ud800"]""")));
        await AssertIsRefusedAsync(Assemble(_validator.ClaimsJson(""","channels":{"\ud800":["read"]}""")));
        await AssertIsRefusedAsync(Assemble(_validator.ClaimsJson(""","channels":{"a":["\ud800"]}""")));
    }

    [Test]
    public async Task Token_IsRefused_WhenItsBytesAreNoText()
    {
        var header = Base64Url.EncodeToString([.. "{\"alg\":\""u8, 0xff, .. "\"}"u8]);
        var claims = Base64Url.EncodeToString([.. "{\"sub\":\""u8, 0xff, .. "\",\"exp\":1893459600}"u8]);
        var parts = TestTokens.Sign(_validator.Claims()).Split('.');

        await AssertIsRefusedAsync($"{header}.{parts[1]}.{parts[2]}");
        await AssertIsRefusedAsync(Sign($"{parts[0]}.{claims}"));
    }

    [FsCheck.NUnit.Property]
    public void Text_IsRefused_WhateverItIs(IdText one, IdText other, IdText third)
    {
        AssertIsRefusedAsync($"{one.Value}.{other.Value}.{third.Value}").GetAwaiter().GetResult();
        AssertIsRefusedAsync(TestTokens.Assemble(one.Value, other.Value, bytes => bytes)).GetAwaiter().GetResult();
        AssertIsRefusedAsync(TestTokens.Assemble(Header, other.Value, bytes => bytes)).GetAwaiter().GetResult();
    }

    private static string Assemble(string claims) =>
        Sign($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}");

    private static string Sign(string signed) =>
        $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestTokens.Secret), Encoding.ASCII.GetBytes(signed)))}";

    private async Task AssertIsRefusedAsync(string token) =>
        Assert.That((await _validator.RefusedAsync(token)).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
}
