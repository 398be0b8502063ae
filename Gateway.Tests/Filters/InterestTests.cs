using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

[TestFixture]
public sealed class InterestTests
{
    private const string NoJson = "this is never parsed";

    private static readonly string OnlyOne = Written.One("equal", "[1]");

    [TestCase("order.created", """{"a":1}""", true)]
    [TestCase("order.created", """{"a":2}""", false)]
    [TestCase("user.created", """{"a":1}""", false)]
    [TestCase("chat", """{"a":1}""", true)]
    public void Interest_WantsWhatFitsAnyPatternAndPassesTheFilter(string name, string data, bool wanted)
    {
        using var candidate = Written.Candidate(name, data);

        Assert.That(Interest.Compile(["order.*", "chat"], Written.Filter(OnlyOne)).OrThrow().Matches(candidate), Is.EqualTo(wanted));
    }

    [Test]
    public void Data_IsNotParsed_UntilAFilterAsks()
    {
        using var candidate = Written.Candidate("chat", NoJson);

        Assert.Multiple(() =>
        {
            Assert.That(Interest.Plain.Matches(candidate), Is.True);
            Assert.That(Interest.Compile(["chat"], null).OrThrow().Matches(candidate), Is.True);
            Assert.That(Interest.Compile(["other"], Written.Filter(OnlyOne)).OrThrow().Matches(candidate), Is.False);
            Assert.That(() => Written.Interest(OnlyOne).Matches(candidate), Throws.InstanceOf<System.Text.Json.JsonException>());
        });
    }

    [Test]
    public void Data_IsParsedOnce_ForAllThatAsk()
    {
        using var candidate = Written.Candidate("chat", """{"a":1}""");
        Interest[] interests = [Written.Interest(OnlyOne), Written.Interest(Written.One("equal", "[2]"))];
        Assert.That(interests.Select(interest => interest.Matches(candidate)), Is.EqualTo(new[] { true, false }));

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var interest in interests)
        {
            interest.Matches(candidate);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, "a second document would take some");
    }

    [Test]
    public void Data_IsGivenBack_WhenTheCandidateIsDisposed()
    {
        var candidate = Written.Candidate("chat", """{"a":1}""");
        Written.Interest(OnlyOne).Matches(candidate);
        var data = candidate.Data;

        candidate.Dispose();

        Assert.That(() => data.GetProperty("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(Written.Candidate("chat", NoJson).Dispose, Throws.Nothing, "what was not parsed holds nothing");
    }
}
