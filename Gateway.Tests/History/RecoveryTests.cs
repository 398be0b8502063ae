using RealtimeGateway.Contracts;
using RealtimeGateway.History;

namespace RealtimeGateway.Tests.History;

/// <summary>The decision whether all that was missed can be given, case by case.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class RecoveryTests
{
    private const string Epoch = "e1";
    private const int Limit = 100;

    [TestCase(0, 0, 0, null, TestName = "An empty channel, from its beginning")]
    [TestCase(0, 3, 3, null, TestName = "Offset 0: everything is kept")]
    [TestCase(0, 3, 2, "trimmed", TestName = "Offset 0: the first is gone")]
    [TestCase(7, 10, 5, null, TestName = "From a position")]
    [TestCase(10, 10, 5, null, TestName = "The same position")]
    [TestCase(10, 10, 0, null, TestName = "The same position, nothing is kept")]
    [TestCase(9, 10, 0, "trimmed", TestName = "Expired")]
    [TestCase(5, 10, 5, null, TestName = "The oldest kept is the next")]
    [TestCase(4, 10, 5, "trimmed", TestName = "Trimmed by one")]
    [TestCase(100, 200, 1_000, null, TestName = "Exactly at the limit")]
    [TestCase(99, 200, 1_000, "too_far", TestName = "One over the limit")]
    [TestCase(0, 200, 150, "trimmed", TestName = "Over the limit and trimmed")]
    [TestCase(11, 10, 5, "position_ahead", TestName = "Ahead by one")]
    [TestCase(1, 0, 0, "position_ahead", TestName = "Ahead of an empty channel")]
    [TestCase((1L << 53) - 1, 10, 5, "position_ahead", TestName = "The highest offset there can be")]
    [TestCase((1L << 53) - 3, (1L << 53) - 1, 5, null, TestName = "From a position near the highest")]
    public void Obstacle_IsFound(long since, long top, int kept, string? obstacle) =>
        Assert.That(Recovery.FindObstacle(new Position(Epoch, since), new Position(Epoch, top), kept, Limit), Is.EqualTo(obstacle));

    [TestCase(0, 0)]
    [TestCase(5, 5)]
    [TestCase(11, 10)]
    [TestCase(0, 1_000)]
    public void OtherEpoch_IsTheFirstObstacle(long since, long top) => Assert.That(
        Recovery.FindObstacle(new Position("e0", since), new Position(Epoch, top), kept: 5, Limit),
        Is.EqualTo("epoch_changed"));
}
