using Microsoft.Extensions.Configuration;
using RealtimeGateway.Configuration;

namespace RealtimeGateway.Tests.Configuration;

/// <summary>A list is that of one source, never a mixture that nobody wrote.</summary>
[TestFixture]
public sealed class ConfigurationListsTests
{
    [Test]
    public void List_OfALaterSource_StandsInThePlaceOfTheEarlierOne()
    {
        var options = Bind(
            Source(("Channels:0:Pattern", "news:*"), ("Channels:0:Read:0", "any"), ("Channels:0:Write:0", "label:editor"), ("Channels:1:Pattern", "chat:*"), ("Broadcast:0", "label:admin")),
            Source(("Channels:0:Pattern", "team:*"), ("Channels:0:Read:0", "users")));
        Assert.Multiple(() =>
        {
            Assert.That(options.Channels.Select(policy => policy.Pattern), Is.EqualTo(new[] { "team:*" }));
            Assert.That(options.Channels[0].Read, Is.EqualTo(new[] { "users" }));
            Assert.That(options.Channels[0].Write, Is.Empty, "nothing of the other list's first entry");
            Assert.That(options.Broadcast, Is.EqualTo(new[] { "label:admin" }), "a list that only one source has");
        });
    }

    [Test]
    public void EmptyList_OfALaterSource_IsEmpty()
    {
        var options = Bind(Source(("Broadcast:0", "any")), Source(("Broadcast", string.Empty)));
        Assert.That(options.Broadcast, Is.Empty);
    }

    [Test]
    public void Values_OfSeveralSources_AreMixedAsEverywhere()
    {
        var options = Bind(
            Source(("Limits:MessageBytes", "2048"), ("Auth:RequireApiKey", "true")),
            Source(("Limits:MessageBytes", "4096"), ("Enabled", "false")));
        Assert.That((options.Limits.MessageBytes, options.Auth.RequireApiKey, options.Enabled), Is.EqualTo((4096, true, false)));
    }

    private static Dictionary<string, string?> Source(params (string Key, string Value)[] settings) =>
        settings.ToDictionary(setting => "Gateway:" + setting.Key, setting => (string?)setting.Value);

    private static GatewayOptions Bind(params Dictionary<string, string?>[] sources)
    {
        var builder = new ConfigurationBuilder();
        foreach (var source in sources)
        {
            builder.AddInMemoryCollection(source);
        }

        var options = new GatewayOptions();
        Assert.That(ConfigurationShape.Bind(builder.Build(), GatewayOptions.Section, options), Is.Empty);
        return options;
    }
}
