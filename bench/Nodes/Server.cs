using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Bench.Nodes;

/// <summary>A process that is measured, on loopback. It is ended with this, and nothing else is.</summary>
internal sealed class Server : IAsyncDisposable
{
    private const string Ready = "RealtimeGateway is ready: ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private Server(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        _folder = Directory.CreateTempSubdirectory("bench-");
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
    }

    /// <summary>Where it is: of a gateway its URL, of Redis its host and port.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>Starts Redis as docs/operations.md advises to run it.</summary>
    public static async Task<Server> StartRedisAsync()
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        string[] settings = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"];
        var server = new Server("redis-server", settings) { Address = "127.0.0.1:" + port };
        await server.UntilItSaysAsync("Ready to accept connections");
        return server;
    }

    /// <summary>Starts a gateway that lets everybody read and write, with history.</summary>
    /// <param name="redis">Its Redis; null for none.</param>
    /// <param name="prefix">Which gateways it is one with.</param>
    public static async Task<Server> StartGatewayAsync(Server? redis = null, string prefix = "")
    {
        (string, string)[] environment =
        [
            ("Gateway__Channels__0__Pattern", "bench:*"),
            ("Gateway__Channels__0__Read__0", "any"),
            ("Gateway__Channels__0__Write__0", "any"),
            ("Gateway__Channels__0__History__Size", "100"),
            ("Gateway__Channels__0__History__Ttl", "00:10:00"),

            // The clients share its processors; none is to be closed as slow for that.
            ("Gateway__Limits__OutboundBytes", "67108864"),
            .. redis is null ? Array.Empty<(string, string)>() : [("Gateway__Redis__Configuration", redis.Address), ("Gateway__Redis__Prefix", prefix)],
        ];
        var server = new Server("dotnet", [Binary(), "--urls", "http://127.0.0.1:0"], environment);
        var said = await server.UntilItSaysAsync(Ready);
        server.Address = said[(said.IndexOf(Ready, StringComparison.Ordinal) + Ready.Length)..].Replace("/realtime", string.Empty, StringComparison.Ordinal).Trim();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    // The gateway that was built with this, in the same configuration.
    private static string Binary() =>
        Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("bench", "Nodes"), "Gateway", StringComparison.Ordinal), "RealtimeGateway.dll");

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task<string> UntilItSaysAsync(string text)
    {
        try
        {
            return await ReadUntilAsync(text);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task<string> ReadUntilAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                // What it says from here on nobody reads, but somebody has to take it. It ends with the process.
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return line;
            }
        }

        throw new InvalidOperationException("A server ended: " + await _process.StandardError.ReadToEndAsync(timeout.Token));
    }
}
