namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>The cluster that most tests of faults use, one after another. The first of them starts it.</summary>
[SetUpFixture]
public sealed class SharedCluster
{
    private static Cluster? _cluster;

    /// <summary>The cluster without a fault: a new one if the last test has left one that does not heal.</summary>
    internal static async Task<Cluster> HealthyAsync()
    {
        if (_cluster is { } used)
        {
            try
            {
                await used.HealAsync();
                return used;
            }
            catch (Exception exception) when (exception is AssertionException or TimeoutException or InvalidOperationException)
            {
                await TestContext.Out.WriteLineAsync($"The cluster did not heal; this is a new one. {exception.Message}");
                _cluster = null;
                await used.DisposeAsync();
            }
        }

        return _cluster = await Cluster.StartAsync();
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
