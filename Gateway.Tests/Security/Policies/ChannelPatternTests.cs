using RealtimeGateway.Security.Policies;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Policies;

[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyText)], MaxTest = 500)]
public sealed class ChannelPatternTests
{
    [TestCase("chat", "chat", "")]
    [TestCase("chat:*", "chat:42", "")]
    [TestCase("chat:*", "chat:", "")]
    [TestCase("*", "anything/at.all", "")]
    [TestCase("{all}", "a:b/c", "all=a:b/c")]
    [TestCase("{all}*", "a:b", "all=a:b")]
    [TestCase("user:{id}", "user:ann", "id=ann")]
    [TestCase("user:{id}", "user:ann:x", "id=ann:x")]
    [TestCase("team:{team}:*", "team:blue:chat:1", "team=blue")]
    [TestCase("team:{team}:*", "team:blue:", "team=blue")]
    [TestCase("team:{team}:*", "team:a/owner:x", "team=a/owner")]
    [TestCase("{a}/{b}.{c}", "1/2.3.4", "a=1,b=2,c=3.4")]
    [TestCase("{a}--x", "1--x", "a=1")]
    [TestCase("$jobs:*", "$jobs:1", "")]
    public void Name_Fits_AndItsPartsAreCaptured(string pattern, string channel, string captured)
    {
        Assert.That(Parse(pattern).TryMatch(channel, out var values), Is.True);
        Assert.That(string.Join(',', values!.Select(value => $"{value.Key}={value.Value}")), Is.EqualTo(captured));
    }

    [TestCase("chat", "chat2")]
    [TestCase("chat", "cha")]
    [TestCase("chat", "Chat")]
    [TestCase("chat", "xchat")]
    [TestCase("chat:*", "chat")]
    [TestCase("chat:*", "CHAT:1")]
    [TestCase("chat:*", "xchat:1")]
    [TestCase("user:{id}", "user:")]
    [TestCase("team:{team}:*", "team:blue")]
    [TestCase("team:{team}:*", "team::x")]
    [TestCase("{a}:x", "1:y")]
    [TestCase("{a}:x", "1:2:x", Description = "A capture ends at the first ':', not at one that would fit.")]
    [TestCase("{a}--x", "1-2--x")]
    public void Name_DoesNotFit_WhenAnythingDiffers(string pattern, string channel)
    {
        Assert.That(Parse(pattern).TryMatch(channel, out var captured), Is.False);
        Assert.That(captured, Is.Null);
    }

    [TestCase("*")]
    [TestCase("{all}")]
    [TestCase("{all}*")]
    [TestCase("{a}all")]
    public void OwnChannelsOfTheGateway_FitNoPattern_UnlessItBeginsLikeThem(string pattern)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Parse(pattern).TryMatch("$all", out _), Is.False);
            Assert.That(Parse(pattern).TryMatch("$user:ann", out _), Is.False);
        });
    }

    [TestCase("")]
    [TestCase("a*b")]
    [TestCase("*a")]
    [TestCase("**")]
    [TestCase("*{a}")]
    [TestCase("{a}{b}")]
    [TestCase("{a}:{a}")]
    [TestCase("{")]
    [TestCase("}")]
    [TestCase("a}")]
    [TestCase("{a")]
    [TestCase("{}")]
    [TestCase("{a b}")]
    [TestCase("{a-b}")]
    [TestCase("{{a}}")]
    [TestCase("{é}")]
    [TestCase("a b")]
    [TestCase("a\u0001")]
    [TestCase("é")]
    public void Pattern_IsRefusedWithAReason_WhenItIsMalformed(string text)
    {
        Assert.That(ChannelPattern.TryParse(text, out var pattern, out var problem), Is.False);
        Assert.Multiple(() =>
        {
            Assert.That(pattern, Is.Null);
            Assert.That(problem, Is.Not.Empty);
        });
    }

    [FsCheck.NUnit.Property]
    public void PlainText_FitsItselfAlone_AmongAllNames(ChannelText text, ChannelText other)
    {
        var pattern = Parse(text.Value);
        string[] names = [text.Value, other.Value, text.Value + other.Value, other.Value + text.Value, text.Value[1..], text.Value[..^1]];

        Assert.That(names.Where(name => pattern.TryMatch(name, out _)), Is.All.EqualTo(text.Value).And.Not.Empty);
    }

    [FsCheck.NUnit.Property]
    public void Rest_FitsWhatBeginsWithTheText_AndNothingElse(ChannelText text, ChannelText other)
    {
        var pattern = Parse(text.Value + "*");

        Assert.Multiple(() =>
        {
            Assert.That(pattern.TryMatch(text.Value, out _), Is.True);
            Assert.That(pattern.TryMatch(text.Value + other.Value, out _), Is.True);
            Assert.That(pattern.TryMatch(other.Value, out _), Is.EqualTo(other.Value.StartsWith(text.Value, StringComparison.Ordinal)));
        });
    }

    [FsCheck.NUnit.Property]
    public void Captures_PutTogetherAgain_AreTheName(ChannelText channel)
    {
        var fits = Parse("{one}:{two}/{three}").TryMatch(channel.Value, out var captured);

        Assert.That(fits, Is.EqualTo(System.Text.RegularExpressions.Regex.IsMatch(channel.Value, "^[^:]+:[^/]+/.+$")));
        if (fits)
        {
            Assert.That($"{captured!["one"]}:{captured["two"]}/{captured["three"]}", Is.EqualTo(channel.Value));
        }
    }

    private static ChannelPattern Parse(string text) =>
        ChannelPattern.TryParse(text, out var pattern, out var problem) ? pattern : throw new AssertionException(problem);
}
