using System.Diagnostics;

namespace RealtimeGateway.Tests.Support;

/// <summary>The gateway as a process of its own, on a free port of loopback.</summary>
internal sealed class GatewayProgram : IAsyncDisposable
{
    private const string Ready = "RealtimeGateway is ready: ";
    private const string Development = "  Environment: Development";

    private static readonly string[] Listen = ["--urls", "http://127.0.0.1:0"];

    private readonly Process _process;
    private readonly List<string> _said = [];
    private Task<(int ExitCode, string Said)>? _end;

    private GatewayProgram(string binary, string folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [binary, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Its address, with a slash at the end.</summary>
    public string Url { get; private set; } = string.Empty;

    /// <summary>Bytes of memory that it has now.</summary>
    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What it said until it was ready.</summary>
    public IReadOnlyList<string> Said => _said;

    private bool IsInDevelopment => _said.Exists(line => line.StartsWith(Development, StringComparison.Ordinal));

    /// <summary>Starts it and waits until it has said all it says when it is ready.</summary>
    public static async Task<GatewayProgram> StartAsync(string binary, string folder, params (string Name, string Value)[] environment)
    {
        var program = new GatewayProgram(binary, folder, environment, Listen);
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (await program._process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            program._said.Add(line);
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                program.Url = line[Ready.Length..].Replace("realtime", string.Empty, StringComparison.Ordinal);
            }

            // The lines that follow are indented; the last of them is the one about broadcasts, or in Development about a token.
            if (program.Url.Length > 0 && line.StartsWith(program.IsInDevelopment ? "  A development token" : "  Broadcasts: ", StringComparison.Ordinal))
            {
                return program;
            }
        }

        throw new InvalidOperationException("The gateway ended: " + await program._process.StandardError.ReadToEndAsync(timeout.Token));
    }

    /// <summary>Starts an application with a gateway inside, and waits until it listens.</summary>
    public static async Task<GatewayProgram> StartHostAsync(string binary, string folder, params (string Name, string Value)[] environment)
    {
        const string Listening = "Now listening on: ";
        var program = new GatewayProgram(binary, folder, environment, Listen);
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (await program._process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                program.Url = line[(at + Listening.Length)..].Trim() + "/";
                return program;
            }
        }

        throw new InvalidOperationException("The application ended: " + await program._process.StandardError.ReadToEndAsync(timeout.Token));
    }

    /// <summary>Starts it and waits for its end.</summary>
    public static async Task<(int ExitCode, IReadOnlyList<string> Said)> RunToEndAsync(
        string binary,
        string folder,
        params (string Name, string Value)[] environment)
    {
        await using var program = new GatewayProgram(binary, folder, environment, Listen);
        return await program.RunToEndAsync();
    }

    /// <summary>Gives it these arguments and waits for its end.</summary>
    public static async Task<(int ExitCode, IReadOnlyList<string> Said)> RunAsync(string binary, string folder, params string[] arguments)
    {
        await using var program = new GatewayProgram(binary, folder, environment: [], arguments);
        return await program.RunToEndAsync();
    }

    /// <summary>Waits until it says a line that ends so, and returns what it said before it.</summary>
    public async Task<IReadOnlyList<string>> UntilItSaysAsync(string end)
    {
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        var before = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.EndsWith(end, StringComparison.Ordinal))
            {
                return before;
            }

            before.Add(line);
        }

        throw new InvalidOperationException($"The gateway ended and did not say '{end}'.");
    }

    /// <summary>Asks it to stop, as whoever runs it does (SIGTERM).</summary>
    public Task TerminateAsync() => SignalAsync("-TERM");

    /// <summary>Lets it do nothing, its connections open, until it is continued (SIGSTOP).</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on (SIGCONT).</summary>
    public Task ContinueAsync() => SignalAsync("-CONT");

    /// <summary>Ends it without a word (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().InTime();
    }

    /// <summary>Reads all that it says from the first call on. Completes when it has ended.</summary>
    public Task<(int ExitCode, string Said)> UntilItEndsAsync() => _end ??= ReadToTheEndAsync();

    /// <summary>Ends it and returns all that it said after it was ready.</summary>
    public async Task<string> EndAsync()
    {
        _process.Kill();
        return await _process.StandardOutput.ReadToEndAsync().InTime();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().InTime();
    }

    private async Task<(int ExitCode, IReadOnlyList<string> Said)> RunToEndAsync()
    {
        var (exitCode, said) = await ReadToTheEndAsync().InTime();
        return (exitCode, said.Split('\n'));
    }

    private async Task<(int ExitCode, string Said)> ReadToTheEndAsync()
    {
        var said = await Task.WhenAll(_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
        await _process.WaitForExitAsync();
        return (_process.ExitCode, string.Concat(said));
    }
}
