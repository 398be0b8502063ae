namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>Tests of one fault each, in the cluster that they share.</summary>
public abstract class FaultTests
{
    // A call that takes 2 s by what is promised, and what a busy machine adds.
    private protected static readonly TimeSpan LongestRefusal = TimeSpan.FromSeconds(2.5);

    // 5 s by what is promised.
    private protected static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(7);

    private protected Cluster Cluster { get; private set; } = null!;

    [SetUp]
    public async Task HealAsync() => Cluster = await SharedCluster.HealthyAsync();

    /// <summary>Lets a fault last. It is no wait for anything to happen.</summary>
    private protected static Task LastAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds));
}
