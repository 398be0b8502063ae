using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.Primitives;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests;

/// <summary>Settings that change are taken whole or not at all, and the log says which and why.</summary>
[TestFixture]
public sealed class LiveSettingsTests
{
    private const string Base = "appsettings.json";
    private const string Override = "appsettings.Production.json";
    private const string Secret = "a-secret-that-must-not-be-in-any-log-at-all";
    private const string InForce = "The settings have changed and are in force.";

    private static readonly string Good = $$"""
        { "Gateway": { "Auth": { "Jwt": { "Secret": "{{Secret}}" } }, "Limits": { "ChannelsPerSession": 7 }, "Broadcast": [ "users", "label:admin" ] } }
        """;

    private TestFiles _files = null!;
    private TestLog _log = null!;
    private ConfigurationRoot _configuration = null!;
    private ServiceProvider _provider = null!;

    [SetUp]
    public void Start()
    {
        _files = new TestFiles();
        _log = TestLog.OfSettings();
        _files.Put(Base, Good);
        _configuration = (ConfigurationRoot)new ConfigurationBuilder().Add(_files.Source(Base)).Add(_files.Source(Override)).Build();
        _provider = Provide();
    }

    [TearDown]
    public void Stop()
    {
        _provider.Dispose();
        _configuration.Dispose();
        _log.Dispose();
    }

    [Test]
    public void ChangedSettings_AreInForce_AndTheLogSaysSo()
    {
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(8));
            Assert.That(_log.UntilNow(), Is.EqualTo(new[] { (LogLevel.Information, InForce) }));
        });
    }

    [Test]
    public void SameSettings_SavedAgain_ChangeNothing_AndAreNotLogged()
    {
        var broadcast = Follow(options => options.Broadcast);
        var before = broadcast.Current;
        var changes = 0;
        Settings.Changed += () => changes++;
        _files.Save(Base, Good);
        _files.Save(Base, Good + "\n");
        Assert.Multiple(() =>
        {
            Assert.That(broadcast.Current, Is.SameAs(before));
            Assert.That(changes, Is.Zero);
            Assert.That(_log.UntilNow(), Is.Empty);
        });
    }

    [Test]
    public void OneSave_ThatComesAsSeveralChanges_IsTakenOnce()
    {
        var changes = 0;
        Settings.Changed += () => changes++;
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        _files.Tell(Base);
        _configuration.Reload();
        Assert.Multiple(() =>
        {
            Assert.That(changes, Is.EqualTo(1));
            Assert.That(_log.UntilNow(), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Part_IsMadeAgain_OnlyWhenItHasChanged()
    {
        var (broadcast, limits) = (Follow(options => options.Broadcast), Follow(options => options.Limits));
        var (broadcastBefore, limitsBefore) = (broadcast.Current, limits.Current);
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(broadcast.Current, Is.SameAs(broadcastBefore));
            Assert.That(limits.Current, Is.Not.SameAs(limitsBefore));
        });
    }

    [Test]
    public void PartThatCannotBeMade_LeavesEveryOtherAsItWas()
    {
        var first = Follow(options => options.Limits.ChannelsPerSession);
        var last = Settings.Follow(options => options.Limits.ChannelsPerSession, limit => limit == 8 ? throw new InvalidOperationException("not 8") : new Box<int>(limit));
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That((first.Current.Value, last.Current.Value), Is.EqualTo((7, 7)));
            Assert.That(_log.UntilNow().Single().Text, Does.Contain("those before stay in force").And.Contain("not 8"));
        });
        _files.Save(Base, Good.Replace("7", "9", StringComparison.Ordinal));
        Assert.That((first.Current.Value, last.Current.Value), Is.EqualTo((9, 9)));
    }

    [TestCase("""{ "Gateway": { "Chanels": [] } }""", "Gateway:Chanels is not a setting.")]
    [TestCase("""{ "Gateway": { "Limits": { "ChannelsPerSession": "many" } } }""", "Gateway:Limits:ChannelsPerSession is not a whole number in range.")]
    [TestCase("""{ "Gateway": { "Limits": { "ChannelsPerSession": 0 } } }""", "Gateway:Limits:ChannelsPerSession is 0; it goes from 1 to 10000.")]
    [TestCase("""{ "Gateway": { "Auth": { "Jwt": { "Secret": "weak-secret" } } } }""", "Gateway:Auth:Jwt:Secret is too short to be safe: it needs 32 bytes or more.")]
    [TestCase("""{ "Gateway": { "Channels": [ { "Pattern": "a{b" } ] } }""", "Gateway:Channels:0:Pattern 'a{b' is no pattern: a capture is '{name}', of letters and digits.")]
    [TestCase("""{ "Gateway": { "RateLimits": { "Publish": [ { "Permits": 0 } ] } } }""", "Gateway:RateLimits:Publish:0:Permits is 0; it goes from 1 to 1000000.")]
    [TestCase("""{ "Gateway": { "TrustedProxies": [ "somewhere" ] } }""", "Gateway:TrustedProxies:0 'somewhere' is neither an address nor a network such as 10.0.0.0/8.")]
    [TestCase("""{ "Gateway": { "Auth": { "ApiKeys": [ { "Name": "shop", "Sha256": "the key itself" } ] } } }""", "Gateway:Auth:ApiKeys:0:Sha256 is not 64 hex digits.")]
    public void BadSettings_ChangeNothing_AndTheLogSaysWhy(string text, string why)
    {
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        _files.Save(Base, text);
        var (level, said) = _log.UntilNow().Single();
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(7));
            Assert.That(level, Is.EqualTo(LogLevel.Error));
            Assert.That(said, Is.EqualTo($"The settings have changed and are not taken; those before stay in force:{Environment.NewLine}  {why}"));
        });
    }

    [Test]
    public void BadSettings_AreToldWithAllMistakes_OnceForASave_AndAgainAfterGoodOnes()
    {
        var bad = """{ "Gateway": { "Chanels": [], "Limits": { "ChannelsPerSession": 0 } } }""";
        _files.Save(Base, bad);
        _files.Tell(Base);
        Assert.That(_log.UntilNow().Single().Text, Does.Contain("Gateway:Chanels").And.Contain("Gateway:Limits:ChannelsPerSession"));
        _files.Save(Base, Good);
        _files.Save(Base, bad);
        Assert.That(_log.UntilNow().Single().Text, Does.Contain("Gateway:Chanels"));
    }

    [TestCase("{ \"Gateway\": {\n \"Enabled\": true,, } }", "line 2, byte 18")]
    [TestCase("", "line 1, byte 1")]
    [TestCase("  \n", "line 2, byte 1")]
    [TestCase("[]", "Top-level JSON element must be an object")]
    [TestCase("""{ "Gateway": { "Enabled": true, "enabled": false } }""", "A duplicate key 'Gateway:enabled' was found.")]
    [TestCase(null, "is gone")]
    public void UnreadableFile_ChangesNothing_AndTheLogSaysWhyOnce(string? text, string why)
    {
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        _files.Save(Base, text);
        _files.Tell(Base);
        var (level, said) = _log.UntilNow().Single();
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(7));
            Assert.That(level, Is.EqualTo(LogLevel.Error));
            Assert.That(said, Does.StartWith($"The settings have changed and are not taken; those before stay in force:{Environment.NewLine}  appsettings.json").And.Contain(why));
        });

        _files.Save(Base, Good);
        Assert.That(_log.UntilNow(), Is.Empty, "the settings are what they were");
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.That(limit.Current.Value, Is.EqualTo(8));
    }

    [TestCase("{ \"Gateway\": {,")]
    [TestCase("")]
    [TestCase(null)]
    public void UnreadableFile_KeepsItsSettings_WhenAnotherSourceChanges(string? text)
    {
        var (limit, broadcast) = (Follow(options => options.Limits.ChannelsPerSession), Follow(options => options.Broadcast));
        _files.Save(Base, text);
        _log.UntilNow();
        _files.Save(Override, """{ "Gateway": { "Limits": { "MessageBytes": 4096 } } }""");
        _files.Save(Override, """{ "Gateway": { "Limits": { "MessageBytes": 2048 } } }""");
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(7));
            Assert.That(broadcast.Current.Value, Has.Count.EqualTo(2));
            Assert.That(_log.UntilNow(), Is.Empty, "said already");
        });
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(8));
            Assert.That(Follow(options => options.Limits.MessageBytes).Current.Value, Is.EqualTo(2048), "what the other source said meanwhile");
        });
    }

    // A watcher tells of a file a while after it is back: until then the configuration has nothing of it.
    [Test]
    public void FileThatIsBack_CountsAsGone_UntilItIsRead()
    {
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        _files.Save(Base, null);
        _files.Put(Base, Good);
        _files.Save(Override, """{ "Gateway": { "Limits": { "MessageBytes": 2048 } } }""");
        Assert.That(limit.Current.Value, Is.EqualTo(7));
        _files.Tell(Base);
        Assert.Multiple(() =>
        {
            Assert.That(limit.Current.Value, Is.EqualTo(7));
            Assert.That(Follow(options => options.Limits.MessageBytes).Current.Value, Is.EqualTo(2048));
        });
    }

    [Test]
    public void FileThatCameLater_IsFollowedToo()
    {
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        _files.Save(Override, """{ "Gateway": { "Limits": {,""");
        Assert.That(_log.UntilNow().Single().Text, Does.Contain(Override));
        _files.Save(Override, """{ "Gateway": { "Limits": { "ChannelsPerSession": 5 } } }""");
        Assert.That(limit.Current.Value, Is.EqualTo(5));
        _files.Save(Override, "half of it");
        _files.Save(Base, Good.Replace("label:admin", "label:root", StringComparison.Ordinal));
        Assert.That(limit.Current.Value, Is.EqualTo(5), "what the unreadable file said");
    }

    [TestCase("{ \"Gateway\": { \"Enabled\": tru, \"Auth\": { \"Jwt\": { \"Secret\": \"SECRET\" } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"Secret\": nSECRET } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"Secret\": \"SECRET\" \"Issuer\": \"x\" } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"Secret\": [ \"SECRET\" ] } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": \"SECRET\" } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"ApiKeys\": \"SECRET\" } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"ApiKeys\": [ \"SECRET\" ] } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"ApiKeys\": [ { \"Name\": \"shop\", \"Sha256\": \"SECRET\" } ] } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"Secret\": \"SECRET\", \"PublicKey\": \"SECRET\" } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"PublicKey\": \"-----BEGIN PRIVATE KEY----- SECRET\" } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": { \"Jwt\": { \"Authority\": \"http://user:SECRET@issuer.example\" } } } }")]
    [TestCase("{ \"Gateway\": { \"Auth\": \"SECRET\" } }")]
    public void Mistakes_AreTold_WithoutWhatIsSecret(string text)
    {
        _files.Save(Base, text.Replace("SECRET", Secret, StringComparison.Ordinal));
        Assert.That(_log.UntilNow().Single().Text, Does.StartWith("The settings have changed and are not taken").And.Not.Contain(Secret));
    }

    [TestCase("""{ "Gateway": { "Auth": null } }""")]
    [TestCase("""{ "Gateway": { "Auth": { "Jwt": null, "ApiKeys": null } } }""")]
    [TestCase("""{ "Gateway": { "Auth": { "Jwt": { "Claims": null } } } }""")]
    [TestCase("""{ "Gateway": { "Channels": null, "Broadcast": null, "Limits": null, "RateLimits": null, "Clients": null, "TrustedProxies": null } }""")]
    [TestCase("""{ "Gateway": { "Channels": [ null ], "Broadcast": [ null ] } }""")]
    [TestCase("""{ "Gateway": { "Channels": [ { "Pattern": null, "Read": null, "Write": [ null ], "History": null } ] } }""")]
    [TestCase("""{ "Gateway": { "Auth": { "ApiKeys": [ { "Name": null, "Sha256": null, "Scopes": null } ] } } }""")]
    [TestCase("""{ "Gateway": { "RateLimits": { "Publish": [ null ], "Connect": null } } }""")]
    [TestCase("""{ "Gateway": null }""")]
    public void Nulls_AreTakenOrRefused_LikeAnythingElse(string text)
    {
        _files.Save(Base, text);
        var (level, said) = _log.UntilNow().Single();
        TestContext.Out.WriteLine(said);
        Assert.That(level == LogLevel.Information || !said.Contains("Exception", StringComparison.Ordinal), said);
    }

    [Test]
    public void HostsOwnChanges_AreMadeAgain_AfterEachChange()
    {
        Restart(options => options.Limits.ChannelsPerSession++);
        var limit = Follow(options => options.Limits.ChannelsPerSession);
        Assert.That(limit.Current.Value, Is.EqualTo(8));
        _files.Save(Base, Good.Replace("7", "10", StringComparison.Ordinal));
        Assert.That(limit.Current.Value, Is.EqualTo(11));
    }

    [Test]
    public void HostsOwnChanges_ThatFail_ChangeNothing_AndTheLogSaysWhy()
    {
        Restart(options => options.Broadcast[1] = "label:root");
        var broadcast = Follow(options => options.Broadcast);
        _files.Save(Base, """{ "Gateway": { "Broadcast": [ "any" ] } }""");
        var (level, said) = _log.UntilNow().Single();
        Assert.Multiple(() =>
        {
            Assert.That(broadcast.Current.Value, Is.EqualTo(new[] { "users", "label:root" }));
            Assert.That(level, Is.EqualTo(LogLevel.Error));
            Assert.That(said, Does.Contain("those before stay in force").And.Contain("index"));
        });
        _files.Save(Base, """{ "Gateway": { "Broadcast": [ "any", "any" ] } }""");
        Assert.That(broadcast.Current.Value, Is.EqualTo(new[] { "any", "label:root" }));
    }

    [Test]
    public void List_IsTakenWholeFromItsLastSource_AfterAChangeToo()
    {
        var broadcast = Follow(options => options.Broadcast);
        _files.Save(Override, """{ "Gateway": { "Broadcast": [ "guests" ] } }""");
        Assert.That(broadcast.Current.Value, Is.EqualTo(new[] { "guests" }));
        _files.Save(Base, Good.Replace("label:admin", "label:root", StringComparison.Ordinal));
        Assert.That(broadcast.Current.Value, Is.EqualTo(new[] { "guests" }));
        _files.Save(Override, "{}");
        Assert.That(broadcast.Current.Value, Is.EqualTo(new[] { "users", "label:root" }));
    }

    [Test]
    public void DevelopmentSecret_StaysTheSame_AndGivesWayToOneThatIsSet()
    {
        _files.Put(Base, "{}");
        Restart(environment: Environments.Development);
        var secret = Follow(options => options.Auth.Jwt.Secret);
        var made = secret.Current.Value;
        _files.Save(Base, """{ "Gateway": { "Enabled": false } }""");
        Assert.That(secret.Current.Value, Is.EqualTo(made).And.Length.GreaterThanOrEqualTo(32));
        _files.Save(Base, Good);
        Assert.That(secret.Current.Value, Is.EqualTo(Secret));
        _files.Save(Base, "{}");
        Assert.That(secret.Current.Value, Is.EqualTo(made));
    }

    [Test]
    public void Mistakes_AreThoseOfTheSettingsThatAreJudged_WhoeverReadsThemMeanwhile()
    {
        var setup = new GatewayOptionsSetup(_configuration);
        var (bad, good) = (new GatewayOptions(), new GatewayOptions());
        _files.Save(Base, """{ "Gateway": { "Chanels": [] } }""");
        setup.Configure(bad);
        _files.Save(Base, Good);
        setup.Configure(good);
        Assert.Multiple(() =>
        {
            Assert.That(setup.Validate(null, bad).Failures, Is.EqualTo(new[] { "Gateway:Chanels is not a setting." }));
            Assert.That(setup.Validate(null, good).Succeeded, Is.True);
        });
    }

    [Test]
    public void WhatChangesBetweenTheStartAndTheFollowing_IsInForce()
    {
        _provider.Dispose();
        _provider = Provide(isFollowing: false);
        _ = _provider.GetRequiredService<IOptions<GatewayOptions>>().Value;
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        Assert.That(Follow(options => options.Limits.ChannelsPerSession).Current.Value, Is.EqualTo(8));
    }

    [Test]
    public async Task ChangesAtOnce_OfManySources_EndWithTheLastOfEach()
    {
        var sources = Enumerable.Range(0, 4).Select(_ => new ChangingSettings()).ToArray();
        _provider.Dispose();
        using var configuration = (ConfigurationRoot)sources.Aggregate((IConfigurationBuilder)new ConfigurationBuilder(), (builder, source) => builder.Add(source)).Build();
        _provider = Provide(configuration: configuration);
        var limits = Follow(options => options.Limits);
        string[] names = ["ChannelsPerSession", "SubscriptionsPerSession", "SessionsPerUser", "ChannelsPerPublish"];
        await Task.WhenAll(sources.Select((source, index) => Task.Run(() =>
        {
            for (var i = 1; i <= 50; i++)
            {
                source.Change(("Limits:" + names[index], i % 7 == 0 ? "many" : $"{i}"));
            }
        }))).InTime();
        var last = limits.Current.Value;
        Assert.That((last.ChannelsPerSession, last.SubscriptionsPerSession, last.SessionsPerUser, last.ChannelsPerPublish), Is.EqualTo((50, 50, 50, 50)));
    }

    [Test]
    public void Gateway_ThatHasEnded_FollowsNothing_ThoughTheConfigurationGoesOn()
    {
        var changes = 0;
        Settings.Changed += () => changes++;
        _provider.Dispose();
        _files.Save(Base, Good.Replace("7", "8", StringComparison.Ordinal));
        _files.Save(Base, "{,");
        _files.Save(Base, null);
        _configuration.Reload();
        Assert.Multiple(() =>
        {
            Assert.That(changes, Is.Zero);
            Assert.That(_log.UntilNow(), Is.Empty);
        });
    }

    private LiveSettings Settings => _provider.GetRequiredService<LiveSettings>();

    private Live<Box<T>> Follow<T>(Func<GatewayOptions, T> part) => Settings.Follow(part, value => new Box<T>(value));

    private void Restart(Action<GatewayOptions>? configure = null, string environment = "Production")
    {
        _provider.Dispose();
        _configuration.Reload();
        _provider = Provide(configure, environment);
        _log.UntilNow();
    }

    private ServiceProvider Provide(Action<GatewayOptions>? configure = null, string environment = "Production", IConfigurationRoot? configuration = null, bool isFollowing = true)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration ?? _configuration);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = environment });
        services.AddLogging(logging => logging.AddProvider(_log));
        services.AddRealtimeGateway(configure);
        var provider = services.BuildServiceProvider();
        if (isFollowing)
        {
            provider.GetRequiredService<LiveSettings>();
        }

        return provider;
    }

    private sealed record Box<T>(T Value);
}
