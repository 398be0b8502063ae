using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Tests.Support;

/// <summary>A real redis-server of a test's own, on a free port of loopback, with a folder that outlives its restarts.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private Process? _process;

    private RedisServer(int port) => Port = port;

    public int Port { get; }

    /// <summary>Where it is, as a client writes it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The folder that it keeps its files in.</summary>
    public string Folder => _folder;

    /// <summary>Starts one, and returns when it answers.</summary>
    /// <param name="settings">Its settings beside the port and the folder, as on its command line; nothing is kept on disk by default.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var server = new RedisServer(FreePort());
        await server.RunAsync(settings);
        return server;
    }

    /// <summary>Starts it again, with these settings.</summary>
    public async Task RunAsync(params string[] settings)
    {
        string[] own = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", string.Empty];
        _process = Process.Start(new ProcessStartInfo("redis-server", [.. own, .. settings]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var since = Stopwatch.StartNew();
        while (await TryCommandAsync("PING") != "PONG")
        {
            Assert.That(_process.HasExited, Is.False, "redis-server ended; its settings may be wrong, or its port taken");
            Assert.That(since.Elapsed, Is.LessThan(Bounds.Timeout), "redis-server does not answer");
            await Task.Delay(10);
        }
    }

    /// <summary>Gives it a command, and returns what it answers, a line for each element.</summary>
    public async Task<string> CommandAsync(params string[] words)
    {
        string[] where = ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture)];
        using var client = Process.Start(new ProcessStartInfo("redis-cli", [.. where, .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await client.StandardOutput.ReadToEndAsync().InTime();
        await client.WaitForExitAsync().InTime();
        return said.TrimEnd('\n');
    }

    /// <summary>Lets it do nothing, its connections open, until it is continued.</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on.</summary>
    public Task ContinueAsync() => SignalAsync("-CONT");

    /// <summary>Kills it: what it has not written is lost.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().InTime();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task<string> TryCommandAsync(params string[] words)
    {
        try
        {
            return await CommandAsync(words);
        }
        catch (TimeoutException)
        {
            return string.Empty;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().InTime();
    }
}
