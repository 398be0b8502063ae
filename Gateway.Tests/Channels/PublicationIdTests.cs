using RealtimeGateway.Channels;

namespace RealtimeGateway.Tests.Channels;

[TestFixture]
public sealed class PublicationIdTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Test]
    public void Id_IsAUuidOfVersion7_WithTheTime()
    {
        var id = PublicationId.Create(Now);
        var uuid = Guid.ParseExact(id, "N");

        Assert.Multiple(() =>
        {
            Assert.That(id, Does.Match("^[0-9a-f]{32}$"));
            Assert.That(uuid.Version, Is.EqualTo(7));
            Assert.That(uuid.Variant, Is.InRange(8, 11));
            Assert.That(Convert.ToInt64(id[..12], 16), Is.EqualTo(Now.ToUnixTimeMilliseconds()));
        });
    }

    [Test]
    public void LaterId_IsHigher() =>
        Assert.That(PublicationId.Create(Now.AddMilliseconds(1)), Is.GreaterThan(PublicationId.Create(Now)).Using((IComparer<string>)StringComparer.Ordinal));

    [Test]
    public void NoIdComesTwice_WhicheverThreadsAskForThemAtOnce()
    {
        var ids = Enumerable.Range(0, 10_000).AsParallel().Select(_ => PublicationId.Create(Now)).ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(ids, Is.Unique);
            Assert.That(ids.Select(id => id[13..]).Distinct().Count(), Is.EqualTo(ids.Length), "what is random of them differs");
        });
    }
}
