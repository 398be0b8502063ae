using System.Globalization;
using RealtimeGateway.Bench.Driver.Dialects;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>What the gateway is compared with, in <c>bench/peers</c>.</summary>
/// <param name="Name">What it is called in the results.</param>
/// <param name="Dialect">How it is spoken to.</param>
/// <param name="Needs">Programs that have to be on the machine for it.</param>
/// <param name="Command">What starts it at a port.</param>
internal sealed record Peer(string Name, Dialect Dialect, IReadOnlyList<string> Needs, Func<string, string[]> Command)
{
    public const string BareSignalRHub = "/hub";

    /// <summary>SignalR with nothing but groups.</summary>
    public static Peer BareSignalR(Options options) =>
        new("bare SignalR", new SignalRJson(BareSignalRHub), ["dotnet"], port => ["dotnet", options.BareSignalR, "--urls", "http://127.0.0.1:" + port]);

    public static Peer SocketIo(Options options) => Script("Socket.IO", new SocketIo(), ["node", "npm"], options.Peers, "socketio");

    public static Peer Nchan(Options options) => Script("Nchan", new Nchan(), ["nginx", "ngx_nchan_module.so"], options.Peers, "nchan");

    public static Peer Nats(Options options) => Script("NATS", new Nats(), ["nats-server"], options.Peers, "nats");

    public Server Start()
    {
        var port = ServerProcess.FreePort();
        return new Server(Name, Dialect, [port], [ServerProcess.Start(Command(port.ToString(CultureInfo.InvariantCulture)), [], port)]);
    }

    private static Peer Script(string name, Dialect dialect, string[] needs, string peers, string folder) =>
        new(name, dialect, needs, port => [Path.Combine(peers, folder, "start.sh"), port]);
}
