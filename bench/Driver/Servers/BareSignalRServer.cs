using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>SignalR with nothing but groups: what the gateway is compared with.</summary>
internal static class BareSignalRServer
{
    public const string Hub = "/hub";

    /// <param name="binary">BareSignalR.dll.</param>
    public static Server Start(string binary)
    {
        var port = ServerProcess.FreePort();
        var process = ServerProcess.Start(
            ["dotnet", binary, "--urls", $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"],
            [],
            "BareSignalR is ready");
        return new Server("bare SignalR", port, process);
    }
}
