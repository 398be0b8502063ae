using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;
using RealtimeGateway.Tests.EndToEnd.Nodes.Clients;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>The clients of both languages, in JSON and in MessagePack, on three nodes behind a balancer, of which one dies (promises 1 to 5).</summary>
[TestFixture]
public sealed class ClientsTests : FaultTests
{
    private const int ClientsOfALanguage = 9;
    private const int PerSecondAndClient = 10;

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task KilledNode_ItsClientsGoOnElsewhere_AndNothingIsLost()
    {
        var checker = new HistoryChecker();
        var channel = $"chat:clients-{Guid.NewGuid():n}";
        var next = -1;
        await using var balancer = new TcpProxy(() => new Uri(Cluster.LiveNodes[Interlocked.Increment(ref next) % Cluster.LiveNodes.Count].Url).Port);
        var hub = new Uri($"http://{balancer.Address}/realtime");
        ClientLog[] logs = [.. Enumerable.Range(0, 2 * ClientsOfALanguage).Select(n => new ClientLog(checker, $"client-{n}", channel))];
        string[] tokens = [.. logs.Select(log => TestTokens.For(log.Name))];

        await using var js = await JsClients.StartAsync(hub, channel, tokens[..ClientsOfALanguage], logs[..ClientsOfALanguage]);
        var dotNet = await Task.WhenAll(Enumerable.Range(ClientsOfALanguage, ClientsOfALanguage)
            .Select(n => DotNetClient.StartAsync(hub, channel, tokens[n], speaksMessagePack: n % 2 == 1, logs[n]))).InTime();
        ICheckedClient[] clients = [.. js.All, .. dotNet];

        using var ending = new CancellationTokenSource();
        var publishing = Task.WhenAll(clients.Select(client => PublishAsync(client, checker, channel, ending.Token)));
        await LastAsync(3);
        await Cluster.Nodes[2].KillAsync();
        await LastAsync(5);
        await ending.CancelAsync();
        await publishing.InTime();

        var top = checker.TopOf(channel)!;
        await Task.WhenAll(logs.Select(log => log.ReachAsync(top))).InTime();
        foreach (var client in dotNet)
        {
            await client.DisposeAsync();
        }

        var findings = checker.Check();
        var moved = logs.Where(log => log.Connections > 1).ToArray();
        await TestContext.Out.WriteLineAsync($"{findings}{moved.Length} clients moved, and {logs.Sum(log => log.Replayed)} were replayed.");
        Assert.Multiple(() =>
        {
            Assert.That(findings.All, Is.Empty);
            Assert.That(findings.Refused + findings.Unknown, Is.Zero, "every send is acknowledged in the end");
            Assert.That(moved.Count(log => Array.IndexOf(logs, log) < ClientsOfALanguage), Is.EqualTo(ClientsOfALanguage / 3), "of JavaScript");
            Assert.That(moved, Has.Length.EqualTo(2 * ClientsOfALanguage / 3), "of both");
            Assert.That(moved.SelectMany(log => log.Notices), Has.All.EqualTo("recovered").IgnoreCase.And.Exactly(moved.Length).Items);
            Assert.That(logs.Except(moved).SelectMany(log => log.Notices), Is.Empty);
        });
    }

    private static async Task PublishAsync(ICheckedClient client, HistoryChecker checker, string channel, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecondAndClient));
        for (var i = 0; !ending.IsCancellationRequested; i++)
        {
            var attempt = checker.Sending(channel, $"{client.Log.Name} {i}");
            var outcome = await client.SendAsync(attempt.Data);
            if (outcome is { Id: { } id, Position: { } position })
            {
                attempt.Acknowledged(checker.Shared(id), position with { Epoch = checker.Shared(position.Epoch) });
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
