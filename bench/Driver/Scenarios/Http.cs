using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>What it costs to publish over HTTP, by API key, one publication in a request or many.</summary>
internal sealed class Http : Scenario
{
    private const int InFlight = 4;

    private static readonly string[] Compared = [Metrics.CpuPerPublication, Metrics.Publications];

    private static readonly int[] BatchSizes = [10, 100];

    public override string Name => "http";

    public override string Title => "publications over HTTP, 100 bytes of data, in a channel that nobody is subscribed to";

    public override IReadOnlyList<CaseResult> Run(Stage stage)
    {
        var gateway = stage.Start(() => Gateway.StartFull(stage.Options.Gateway));
        var publication = $$"""{"channel":"{{gateway.Channel("room-0")}}","event":"message","data":"{{Payload.Text}}"}""";
        var single = Arrange(stage, "gateway, single", gateway, batchSize: 1, Gateway.Publish, publication);
        Arrangement[] others =
        [
            .. BatchSizes.Select(size => Arrange(stage, $"gateway, batches of {size}", gateway, size, Gateway.PublishBatch,
                $$"""{"publications":[{{string.Join(',', Enumerable.Repeat(publication, size))}}]}""")),
            .. stage.StartInstalled(Peer.Nchan(stage.Options)).Select(nchan => Arrange(stage, "Nchan, single", nchan, batchSize: 1, "/publish?channel=room-0", Payload.Text)),
        ];
        return [stage.Compare($"{InFlight} requests in flight", new ClosedLoop(InFlight), Compared, [(single, null), .. others.Select(other => (other, (Arrangement?)single))])];
    }

    private static HttpArrangement Arrange(Stage stage, string name, Server server, int batchSize, string path, string body)
    {
        var arrangement = new HttpArrangement(name, server, stage.Reactor, batchSize);
        arrangement.AddRequesters(InFlight, path, $"X-Api-Key: {Gateway.ApiKey}\r\n", body);
        return arrangement;
    }
}
