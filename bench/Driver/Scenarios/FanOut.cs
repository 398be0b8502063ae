using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>One channel with 500 subscribers.</summary>
internal static class FanOut
{
    private const int Subscribers = 500;
    private const int Publishers = 4;

    public static void Run(Options options)
    {
        using var reactor = new Reactor();
        using var gateway = GatewayServer.StartFull(options.Gateway);
        using var bare = BareSignalRServer.Start(options.BareSignalR);
        Arrangement[] arrangements =
        [
            Arrange(bare, new SignalRJson(BareSignalRServer.Hub), reactor),
            Arrange(gateway, new SignalRJson(GatewayServer.Hub), reactor),
        ];
        foreach (var window in new[] { 1, 8 })
        {
            Console.WriteLine($"window {window}");
            for (var round = 0; round <= options.Rounds; round++)
            {
                var line = $"{round}";
                var all = new List<Measurement>();
                foreach (var arrangement in arrangements)
                {
                    arrangements.ToList().ForEach(a => a.KeepAlive());
                    var m = new ClosedLoop(window, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(options.Seconds)).Run(arrangement);
                    all.Add(m);
                    line += FormattableString.Invariant($" | {arrangement.Name} {m.CpuPerDelivery:0.00} us {m.DeliveriesPerSecond:0}/s server {m.ServerBusy:P0} driver {m.DriverBusy:P0} p50 {m.P50:0} p99 {m.P99:0} {m.Invalid}");
                }
                Console.WriteLine(line + FormattableString.Invariant($" ratio {all[1].CpuPerDelivery / all[0].CpuPerDelivery:0.000}"));
            }
        }
    }

    private static Arrangement Arrange(Server server, Dialect dialect, Reactor reactor)
    {
        var arrangement = new Arrangement(server.Name, server, dialect, reactor);
        var channel = arrangement.Subscribe(server.Channel("lobby"), Subscribers);
        arrangement.AddPublishers([.. Enumerable.Repeat(channel, Publishers)], $"\"{Payload.Text}\"");
        return arrangement;
    }
}
