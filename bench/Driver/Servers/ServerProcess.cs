using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>A process that is measured, on loopback and on the processor of the servers. It is ended with this, and nothing else is.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>The processor that all servers share; the driver has another.</summary>
    public const string Processor = "1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-");

    private ServerProcess(IEnumerable<string> command, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("taskset", ["-c", Processor, .. command])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("taskset does not start.");
    }

    /// <summary>It and what it has started.</summary>
    public IReadOnlyList<int> Processes => CpuTime.Tree(_process.Id);

    /// <summary>Starts it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What is set for it.</param>
    /// <param name="ready">What it says, on either output, when it takes connections.</param>
    /// <exception cref="InvalidOperationException">It ended, or said nothing of the kind in 20 s.</exception>
    public static ServerProcess Start(IEnumerable<string> command, IEnumerable<(string Name, string Value)> environment, string ready)
    {
        var server = new ServerProcess(command, environment);
        try
        {
            server.UntilItSays(ready);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
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

    // What it says later nobody reads, but somebody has to take it. That ends with the process.
    private void UntilItSays(string ready)
    {
        var said = new System.Text.StringBuilder();
        using var isReady = new ManualResetEventSlim();
        void Hear(object sender, DataReceivedEventArgs line)
        {
            if (isReady.IsSet || line.Data is null)
            {
                return;
            }

            lock (said)
            {
                said.AppendLine(line.Data);
            }

            if (line.Data.Contains(ready, StringComparison.Ordinal))
            {
                isReady.Set();
            }
        }

        _process.OutputDataReceived += Hear;
        _process.ErrorDataReceived += Hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var since = Stopwatch.GetTimestamp();
        while (!isReady.Wait(TimeSpan.FromMilliseconds(50)))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(since) > Patience)
            {
                lock (said)
                {
                    throw new InvalidOperationException("A server does not start: " + said);
                }
            }
        }
    }
}
