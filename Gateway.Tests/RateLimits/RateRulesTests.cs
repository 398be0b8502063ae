using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.RateLimits;

/// <summary>What is written under <c>Gateway:RateLimits</c>, and what is wrong with it.</summary>
[TestFixture]
public sealed class RateRulesTests
{
    [Test]
    public void Rules_AreThoseThatAreWritten_EachUnderItsOperation_InOrder()
    {
        var (rules, problems) = Compile(
            ("Connect:0:Permits", "1"),
            ("Subscribe:0:Permits", "2"),
            ("Subscribe:0:Window", "00:00:10"),
            ("Publish:0:Permits", "1000000"),
            ("Publish:0:Window", "00:00:00.1"),
            ("Publish:1:Permits", "3"),
            ("Publish:1:Window", "1.00:00:00"),
            ("Publish:1:Message", "Three a day: buy more."),
            ("Request:0:Permits", "4"));
        Assert.Multiple(() =>
        {
            Assert.That(problems, Is.Empty);
            Assert.That(rules.Of(Operation.Connect), Is.EqualTo(new[] { new RateRule(1, TimeSpan.FromSeconds(1)) }));
            Assert.That(rules.Of(Operation.Subscribe), Is.EqualTo(new[] { new RateRule(2, TimeSpan.FromSeconds(10)) }));
            Assert.That(rules.Of(Operation.Publish), Is.EqualTo(new[]
            {
                new RateRule(1_000_000, TimeSpan.FromMilliseconds(100)),
                new RateRule(3, TimeSpan.FromDays(1), "Three a day: buy more."),
            }));
            Assert.That(rules.Of(Operation.Request), Is.EqualTo(new[] { new RateRule(4, TimeSpan.FromSeconds(1)) }));
        });
    }

    [Test]
    public void WithoutRules_NothingIsLimited()
    {
        var (rules, problems) = Compile();
        Assert.That(problems, Is.Empty);
        Assert.That(Enum.GetValues<Operation>().SelectMany(rules.Of), Is.Empty);
    }

    [TestCase("Permits", "0", "is 0; it goes from 1 to 1000000.")]
    [TestCase("Permits", "-5", "is -5; it goes from 1 to 1000000.")]
    [TestCase("Permits", "1000001", "is 1000001; it goes from 1 to 1000000.")]
    [TestCase("Permits", "many", "is not a whole number in range.")]
    [TestCase("Window", "00:00:00.0999999", "is 00:00:00.0999999; it goes from 00:00:00.1000000 to 1.00:00:00.")]
    [TestCase("Window", "-00:00:01", "is -00:00:01; it goes from 00:00:00.1000000 to 1.00:00:00.")]
    [TestCase("Window", "1.00:00:01", "is 1.00:00:01; it goes from 00:00:00.1000000 to 1.00:00:00.")]
    [TestCase("Window", "10s", "is not a duration such as 00:10:00.")]
    [TestCase("Message", "", "is one line of 1 to 200 characters.")]
    [TestCase("Message", "two\nlines", "is one line of 1 to 200 characters.")]
    [TestCase("Permit", "5", "is not a setting.")]
    public void Mistake_StopsTheStart_WithASentence(string key, string value, string sentence)
    {
        var settings = new Dictionary<string, string>
        {
            ["RateLimits:Publish:0:Permits"] = "5",
            ["RateLimits:Publish:1:Permits"] = "5",
            [$"RateLimits:Publish:1:{key}"] = value,
        };
        var exception = Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync(settings.Select(one => (one.Key, one.Value))));
        Assert.That(exception!.Failures, Has.Member($"Gateway:RateLimits:Publish:1:{key} {sentence}").And.All.StartsWith($"Gateway:RateLimits:Publish:1:{key} "));
    }

    [TestCase("Publish", "10", "Gateway:RateLimits:Publish is a list of groups of settings; ")]
    [TestCase("Publish:0", "10", "Gateway:RateLimits:Publish:0 is a group of settings; ")]
    [TestCase("Publsh:0:Permits", "10", "Gateway:RateLimits:Publsh is not a setting.")]
    [TestCase("Publish:0:Window", "00:00:10", "Gateway:RateLimits:Publish:0:Permits is 0; ")]
    public void WrongShape_StopsTheStart_WithASentence(string key, string value, string sentence)
    {
        var exception = Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync([("RateLimits:" + key, value)]));
        Assert.That(exception!.Failures, Has.Exactly(1).StartsWith(sentence));
    }

    [Test]
    public void LongMessage_IsRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Compile(("Connect:0:Permits", "1"), ("Connect:0:Message", new string('m', 200))).Problems, Is.Empty);
            Assert.That(Compile(("Connect:0:Permits", "1"), ("Connect:0:Message", new string('m', 201))).Problems, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void AllMistakes_AreToldAtOnce()
    {
        var (_, problems) = Compile(("Connect:0:Window", "00:00:00"), ("Request:1:Permits", "-1"), ("Request:1:Message", ""), ("Request:0:Permits", "1"));
        Assert.That(
            problems.Select(problem => problem.Split(' ')[0]),
            Is.EqualTo(new[]
            {
                "Gateway:RateLimits:Connect:0:Permits",
                "Gateway:RateLimits:Connect:0:Window",
                "Gateway:RateLimits:Request:1:Permits",
                "Gateway:RateLimits:Request:1:Message",
            }));
    }

    [TestCase("""{ "Gateway": { "RateLimits": null } }""", 0)]
    [TestCase("""{ "Gateway": { "RateLimits": { "Connect": null, "Publish": [] } } }""", 0)]
    [TestCase("""{ "Gateway": { "RateLimits": { "Publish": [ null ] } } }""", 1)]
    [TestCase("""{ "Gateway": { "RateLimits": { "Publish": [ {} ] } } }""", 1)]
    public void NullsInJson_AreNoFaults(string json, int problems)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        var setup = new GatewayOptionsSetup(new ConfigurationBuilder().AddJsonStream(stream).Build());
        var options = new GatewayOptions();
        setup.Configure(options);
        Assert.That(setup.Validate(null, options).Failures?.Count() ?? 0, Is.EqualTo(problems));
    }

    private static (RateRules Rules, IReadOnlyList<string> Problems) Compile(params (string Key, string Value)[] settings)
    {
        var options = new RateLimitsOptions();
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build().Bind(options);
        var problems = new List<string>();
        return (RateRules.Compile(options, problems), problems);
    }
}
