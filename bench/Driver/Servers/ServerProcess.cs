using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>A process that is measured, on loopback and on the processor of the servers. It is ended with this, and nothing else is.</summary>
internal sealed class ServerProcess : IDisposable
{
    // All servers share it; the driver has another.
    private const string Processor = "1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-");
    private readonly Queue<string> _said = new();

    private ServerProcess(IEnumerable<string> command, IEnumerable<(string Name, string Value)> environment)
    {
        // If the driver is killed, they end with it.
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", "taskset", "-c", Processor, .. command])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment["TMPDIR"] = _folder.FullName;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("setpriv does not start.");
        _process.OutputDataReceived += Hear;
        _process.ErrorDataReceived += Hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Starts it, and waits until it takes connections.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What is set for it.</param>
    /// <param name="port">Where it will listen.</param>
    /// <exception cref="InvalidOperationException">It ended, or took no connection in 20 s.</exception>
    public static ServerProcess Start(IEnumerable<string> command, IEnumerable<(string Name, string Value)> environment, int port)
    {
        var server = new ServerProcess(command, environment);
        var since = Stopwatch.GetTimestamp();
        while (!Listens(port))
        {
            if (server._process.HasExited || Stopwatch.GetElapsedTime(since) > Patience)
            {
                server.Dispose();
                throw new InvalidOperationException("A server does not start: " + string.Join(Environment.NewLine, server._said));
            }

            Thread.Sleep(20);
        }

        return server;
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // The end of what it says is what tells why it ended; somebody has to take the rest, too.
    private void Hear(object sender, DataReceivedEventArgs line)
    {
        const int LinesKept = 20;
        lock (_said)
        {
            if (_said.Count == LinesKept)
            {
                _said.Dequeue();
            }

            _said.Enqueue(line.Data ?? string.Empty);
        }
    }
}
