using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(AnyEvent)], MaxTest = 500)]
public sealed class EventPatternTests
{
    [TestCase("a", "a")]
    [TestCase("order.created", "order.created")]
    [TestCase("order.*", "order.created")]
    [TestCase("*.created", "order.created")]
    [TestCase("*", "order")]
    [TestCase("*.*", "order.created")]
    [TestCase("a.*.c", "a.b.c")]
    [TestCase("a..b", "a..b")]
    [TestCase("a.", "a.")]
    [TestCase(".", ".")]
    [TestCase(".*", ".a")]
    public void Event_Fits(string pattern, string name) => Assert.That(Parse(pattern).Matches(name), Is.True);

    [TestCase("a", "A")]
    [TestCase("a", "ab")]
    [TestCase("a", "a.")]
    [TestCase("a.", "a")]
    [TestCase("order.*", "order")]
    [TestCase("order.*", "order.")]
    [TestCase("order.*", "order.item.created")]
    [TestCase("order.*", "orders.created")]
    [TestCase("*", "order.created")]
    [TestCase("*.created", ".created")]
    [TestCase("*.*", "order")]
    [TestCase("*.*", "a.b.c")]
    [TestCase("a.*.c", "a..c")]
    [TestCase("a..b", "a.b")]
    public void Event_DoesNotFit_WhenAnythingDiffers(string pattern, string name) => Assert.That(Parse(pattern).Matches(name), Is.False);

    [TestCase("")]
    [TestCase("**")]
    [TestCase("a*")]
    [TestCase("*a")]
    [TestCase("a.b*")]
    [TestCase("a.*b.c")]
    [TestCase("a b")]
    [TestCase("a\n")]
    [TestCase("é")]
    [TestCase(null)]
    public void Pattern_IsRefused_WhenItIsMalformed(string? text)
    {
        var error = EventPattern.Parse(text!).Error;

        Assert.That(error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
        Assert.That(error!.Message, Does.StartWith("An event pattern is 1 to 255 printable ASCII characters"));
    }

    [Test]
    public void Pattern_IsRefused_WhenItIsLongerThanAnEventCanBe()
    {
        Assert.That(EventPattern.Parse(new string('a', EventPattern.MaxLength)).Error, Is.Null);
        Assert.That(EventPattern.Parse(new string('a', EventPattern.MaxLength + 1)).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
    }

    [FsCheck.NUnit.Property]
    public void Event_IsThePatternOfItselfAlone(EventText name, EventText other) =>
        Assert.That(Parse(name.Value).Matches(other.Value), Is.EqualTo(name.Value == other.Value));

    [FsCheck.NUnit.Property]
    public void Segment_CanBeAny_ButEmpty(EventText name, int at)
    {
        var segments = name.Value.Split('.');
        var replaced = (int)((uint)at % segments.Length);
        var pattern = Parse(string.Join('.', segments.Select((segment, i) => i == replaced ? "*" : segment)));

        Assert.That(pattern.Matches(name.Value), Is.EqualTo(segments[replaced].Length > 0));
    }

    private static EventPattern Parse(string text) => EventPattern.Parse(text).OrThrow();
}
