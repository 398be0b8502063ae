using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Configuration;

[TestFixture]
public sealed class GatewayOptionsTests
{
    [Test]
    public void Configuration_IsGood_WhenItIsEmpty()
    {
        var (options, failures) = Read();

        Assert.Multiple(() =>
        {
            Assert.That(failures, Is.Empty);
            Assert.That(options.Enabled, Is.True);
            Assert.That(options.Channels, Is.Empty);
            Assert.That(options.Broadcast, Is.Empty);
        });
    }

    [Test]
    public void Configuration_IsReadWhole_WhenItIsGood()
    {
        var (options, failures) = Read(
            ("Enabled", "false"),
            ("Auth:RequireApiKey", "true"),
            ("Auth:Jwt:Secret", TestTokens.Secret),
            ("Auth:Jwt:ClockSkew", "00:00:05"),
            ("Auth:Jwt:Claims:Teams", "groups"),
            ("Auth:ApiKeys:0:Name", "backend"),
            ("Auth:ApiKeys:0:Sha256", new string('a', 64)),
            ("Auth:ApiKeys:0:Scopes:0", "connect"),
            ("Auth:ApiKeys:0:ExpiresAt", "2031-01-31T00:00:00Z"),
            ("Clients:Publish", "False"),
            ("Broadcast:0", "label:admin"),
            ("Broadcast:1", "key:backend"),
            ("Channels:0:Pattern", "team:{team}:*"),
            ("Channels:0:Read:0", "team:{team}"),
            ("Channels:0:Read:1", "label:admin"),
            ("Channels:0:History:Ttl", "1.00:00:00"),
            ("Channels:1:Pattern", "chat:*"),
            ("Limits:OutboundBytes", "524288"));

        Assert.Multiple(() =>
        {
            Assert.That(failures, Is.Empty);
            Assert.That(options.Enabled, Is.False);
            Assert.That(options.Auth.RequireApiKey, Is.True);
            Assert.That(options.Auth.RequireSession, Is.False);
            Assert.That(options.Auth.Jwt.ClockSkew, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(options.Auth.Jwt.Claims.Teams, Is.EqualTo("groups"));
            Assert.That(options.Auth.Jwt.Claims.UserId, Is.EqualTo("sub"));
            Assert.That(options.Auth.ApiKeys.Single().ExpiresAt, Is.EqualTo(new DateTimeOffset(2031, 1, 31, 0, 0, 0, TimeSpan.Zero)));
            Assert.That(options.Clients.Publish, Is.False);
            Assert.That(options.Clients.Subscribe, Is.True);
            Assert.That(options.Broadcast, Is.EqualTo(["label:admin", "key:backend"]));
            Assert.That(options.Channels.Select(channel => channel.Pattern), Is.EqualTo(["team:{team}:*", "chat:*"]));
            Assert.That(options.Channels[0].Read, Is.EqualTo(["team:{team}", "label:admin"]));
            Assert.That(options.Channels[0].History?.Ttl, Is.EqualTo(TimeSpan.FromDays(1)));
            Assert.That(options.Channels[0].History?.Size, Is.EqualTo(100));
            Assert.That(options.Channels[1].History, Is.Null);
            Assert.That(options.Limits.OutboundBytes, Is.EqualTo(524288));
        });
    }

    [Test]
    public void EveryMistake_IsNamedByItsKey_AllAtOnce()
    {
        (string Key, string Value)[] wrong =
        [
            ("Enable", "true"),
            ("Enabled", "yes"),
            ("Auth:RequireSesion", "true"),
            ("Auth:Jwt:Secret", "short"),
            ("Auth:Jwt:ClockSkew", "ten seconds"),
            ("Auth:Jwt:MaxTokenLifetime", "400.00:00:00"),
            ("Auth:ApiKeys:0:Name", "a/b"),
            ("Auth:ApiKeys:0:Sha256", "abc"),
            ("Auth:ApiKeys:0:Scopes:0", "conect"),
            ("AllowedOrigins:0", "*"),
            ("Broadcast:0", "admins"),
            ("Channels:0:Pattern", "chat:*:x"),
            ("Channels:1:Read:0", "team:{tema}"),
            ("Channels:1:Write:0", "anybody"),
            ("Channels:1:Presence:0", "user:a/b/c"),
            ("Channels:1:History:Size", "0"),
            ("Channels:1:History:Ttl", "00:00:00"),
            ("Limits:MessageBytes", "64k"),
            ("Limits:OutboundBytes", "1"),
            ("Limits:WriteTimeout", "00:05:00"),
            ("Limits:HistoryBytes", "-1"),
        ];

        var (_, failures) = Read([.. wrong, ("Channels:1:Pattern", "team:{team}:*")]);

        Assert.That(
            failures.Select(failure => failure.Split(' ')[0]),
            Is.EquivalentTo(wrong.Select(setting => "Gateway:" + setting.Key.Replace("Scopes:0", "Scopes", StringComparison.Ordinal))));
        Assert.That(failures, Is.All.EndsWith("."));
    }

    [TestCase("Enabled", "1")]
    [TestCase("Enabled", "")]
    [TestCase("Clients:Publish", "on")]
    [TestCase("Limits:ChannelsPerSession", "1.5")]
    [TestCase("Limits:ChannelsPerSession", "ten")]
    [TestCase("Limits:ChannelsPerSession", "99999999999")]
    [TestCase("Limits:ChannelsPerSession", "0")]
    [TestCase("Limits:ChannelsPerSession", "10001")]
    [TestCase("Limits:HandshakeTimeout", "5s")]
    [TestCase("Limits:HandshakeTimeout", "5")]
    [TestCase("Limits:HandshakeTimeout", "25:00:00")]
    [TestCase("Auth:Jwt:ClockSkew", "-00:00:01")]
    [TestCase("Auth:Jwt:ClockSkew", "00:05:01")]
    [TestCase("Auth:ApiKeys:0:ExpiresAt", "tomorrow")]
    [TestCase("Channels:0:History:Size", "10001")]
    [TestCase("Channels:0:History:Size", "many")]
    [TestCase("Channels:0:History:Ttl", "8.00:00:00")]
    [TestCase("Channels:0:Write:0", "")]
    public void Value_IsRefused_WhenItCannotBeReadOrIsOutOfRange(string key, string value)
    {
        var (_, failures) = Read(
            ("Channels:0:Pattern", "chat:*"),
            ("Auth:ApiKeys:0:Name", "backend"),
            ("Auth:ApiKeys:0:Sha256", new string('a', 64)),
            (key, value));

        Assert.That(failures, Has.Exactly(1).Items.And.All.StartsWith($"Gateway:{key} "));
    }

    [TestCase("Chanels:0:Pattern", "Chanels")]
    [TestCase("Auth:Jwt:Claims:User", "Auth:Jwt:Claims:User")]
    [TestCase("Limits:Bytes", "Limits:Bytes")]
    [TestCase("Channels:0:Histroy:Size", "Channels:0:Histroy")]
    [TestCase("Channels:0:Pattern:0", "Channels:0:Pattern")]
    [TestCase("Enabled:Value", "Enabled")]
    public void Key_IsRefused_WhenThereIsNoSuchSetting(string key, string named)
    {
        var (_, failures) = Read(("Channels:0:Read:0", "any"), (key, "7"));

        Assert.That(failures, Has.Some.StartsWith($"Gateway:{named} is not "));
    }

    [TestCase("Broadcast", "any")]
    [TestCase("Channels", "chat:*")]
    [TestCase("Channels:0", "chat:*")]
    [TestCase("Auth", "none")]
    [TestCase("Auth:Jwt", "none")]
    [TestCase("Limits", "10")]
    public void Text_IsRefused_WhereAListOrAGroupOfSettingsBelongs(string key, string value)
    {
        var (_, failures) = Read((key, value));

        Assert.That(failures.Single(), Does.StartWith($"Gateway:{key} ").And.EndsWith("."));
    }

    [Test]
    public void EmptyListsAndNulls_MeanNothing_AsInJson()
    {
        const string Json = """
            { "Gateway": { "Broadcast": [], "Channels": [ { "Pattern": "chat:*", "Read": [], "Write": null, "History": null } ],
              "Auth": { "Jwt": { "Secret": null, "Claims": null }, "ApiKeys": null }, "Clients": {}, "Limits": null } }
            """;
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Json));

        var (options, failures) = Read(new ConfigurationBuilder().AddJsonStream(stream).Build());

        Assert.Multiple(() =>
        {
            Assert.That(failures, Is.Empty);
            Assert.That(options.Channels.Single().Pattern, Is.EqualTo("chat:*"));
            Assert.That(options.Channels.Single().History, Is.Null);
            Assert.That(options.Limits.MessageBytes, Is.EqualTo(64 * 1024));
            Assert.That(options.Auth.Jwt.Claims.UserId, Is.EqualTo("sub"));
        });
    }

    [Test]
    public void Key_IsRead_FromTheEnvironmentInAnyCase()
    {
        const string Prefix = "REALTIMEGATEWAYTESTS_";
        Environment.SetEnvironmentVariable(Prefix + "Gateway__Auth__Jwt__Secret", TestTokens.Secret);
        Environment.SetEnvironmentVariable(Prefix + "GATEWAY__CHANNELS__0__PATTERN", "chat:*");
        Environment.SetEnvironmentVariable(Prefix + "GATEWAY__LIMITS__MESSAGESIZE", "1024");
        try
        {
            var (options, failures) = Read(new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build());

            Assert.Multiple(() =>
            {
                Assert.That(options.Auth.Jwt.Secret, Is.EqualTo(TestTokens.Secret));
                Assert.That(options.Channels.Single().Pattern, Is.EqualTo("chat:*"));
                Assert.That(failures, Is.EqualTo(["GATEWAY:LIMITS:MESSAGESIZE is not a setting."]).IgnoreCase);
            });
        }
        finally
        {
            foreach (var name in new[] { "Gateway__Auth__Jwt__Secret", "GATEWAY__CHANNELS__0__PATTERN", "GATEWAY__LIMITS__MESSAGESIZE" })
            {
                Environment.SetEnvironmentVariable(Prefix + name, null);
            }
        }
    }

    [Test]
    public void Gateway_DoesNotStart_AndSaysEverythingThatIsWrong()
    {
        var exception = Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync(
        [
            ("Enabld", "true"),
            ("Broadcast:1", "admins"),
            ("Limits:MessageBytes", "64k"),
            ("Channels:4:Pattern", "a*b"),
        ]));

        Assert.That(
            exception!.Failures.Select(failure => failure.Split(' ')[0]),
            Is.EquivalentTo(["Gateway:Enabld", "Gateway:Broadcast:1", "Gateway:Limits:MessageBytes", "Gateway:Channels:4:Pattern"]));
    }

    private static (GatewayOptions Options, IReadOnlyList<string> Failures) Read(params (string Key, string Value)[] settings) =>
        Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Gateway:" + setting.Key, (string?)setting.Value)))
            .Build());

    private static (GatewayOptions Options, IReadOnlyList<string> Failures) Read(IConfiguration configuration)
    {
        var setup = new GatewayOptionsSetup(configuration);
        var options = new GatewayOptions();
        setup.Configure(options);
        return (options, [.. setup.Validate(null, options).Failures ?? []]);
    }
}
