using RealtimeGateway.Configuration;

namespace RealtimeGateway.Tests.Configuration;

/// <summary>Every limit has a range; its ends are in it, and what lies beyond is told in a sentence.</summary>
[TestFixture]
public sealed class LimitsCheckTests
{
    private static object[][] Ranges { get; } =
    [
        ["MessageBytes", 1024L, 1024L * 1024],
        ["RequestBytes", 1024L, 64L * 1024 * 1024],
        ["OutboundBytes", 64L * 1024, 64L * 1024 * 1024],
        ["UnfinishedPerAddress", 1L, 100_000L],
        ["Negotiated", 1L, 1_000_000L],
        ["SessionsPerAddress", 1L, 1_000_000L],
        ["SessionsPerUser", 1L, 100_000L],
        ["Channels", 1L, 10_000_000L],
        ["ChannelsPerSession", 1L, 10_000L],
        ["SubscriptionsPerSession", 1L, 1_000L],
        ["ChannelsPerPublish", 1L, 1_000L],
        ["FiltersPerChannel", 1L, 100_000L],
        ["RecoveryPublications", 1L, 10_000L],
        ["ProfileBytes", 256L, 64L * 1024],
        ["IdleChannels", 1L, 10_000_000L],
        ["HistoryBytes", 1024L * 1024, 64L * 1024 * 1024 * 1024],
    ];

    [TestCaseSource(nameof(Ranges))]
    public void Number_StaysInItsRange(string name, long least, long most)
    {
        Assert.Multiple(() =>
        {
            foreach (var value in new[] { least, most })
            {
                Assert.That(ProblemsWith(value), Has.None.Contains(name + " is " + value));
            }

            foreach (var value in new[] { least - 1, most + 1, 0, -1 })
            {
                Assert.That(ProblemsWith(value), Has.Exactly(1).EqualTo($"Gateway:Limits:{name} is {value}; it goes from {least} to {most}."));
            }
        });

        IEnumerable<string> ProblemsWith(long value)
        {
            var limits = new LimitsOptions();
            var property = typeof(LimitsOptions).GetProperty(name)!;
            property.SetValue(limits, Convert.ChangeType(value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
            return LimitsCheck.Problems(limits);
        }
    }

    [Test]
    public void EveryLimit_IsChecked()
    {
        var numbers = typeof(LimitsOptions).GetProperties().Where(property => property.PropertyType != typeof(TimeSpan)).Select(property => property.Name);
        Assert.That(Ranges.Select(range => range[0]), Is.EquivalentTo(numbers));
    }

    [TestCase("00:00:01", true)]
    [TestCase("00:01:00", true)]
    [TestCase("00:00:00.9999999", false)]
    [TestCase("00:01:00.0000001", false)]
    [TestCase("-00:00:05", false)]
    public void Duration_IsASecondToAMinute(string written, bool isGood)
    {
        var value = TimeSpan.Parse(written, System.Globalization.CultureInfo.InvariantCulture);
        string[] problems = [.. LimitsCheck.Problems(new LimitsOptions { HandshakeTimeout = value, WriteTimeout = value })];
        Assert.That(problems, isGood
            ? Is.Empty
            : Is.EqualTo(new[]
            {
                $"Gateway:Limits:WriteTimeout is {value}; it goes from 00:00:01 to 00:01:00.",
                $"Gateway:Limits:HandshakeTimeout is {value}; it goes from 00:00:01 to 00:01:00.",
            }));
    }

    [Test]
    public void Defaults_AreGood() => Assert.That(LimitsCheck.Problems(new LimitsOptions()), Is.Empty);
}
