using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>Redis, run as docs/operations.md advises.</summary>
internal static class Redis
{
    public const string Program = "redis-server";

    public static (string Address, ServerProcess Process) Start()
    {
        var port = ServerProcess.FreePort();
        var number = port.ToString(CultureInfo.InvariantCulture);
        var process = ServerProcess.Start(
            [Program, "--bind", "127.0.0.1", "--port", number, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"],
            [],
            port);
        return ("127.0.0.1:" + number, process);
    }
}
