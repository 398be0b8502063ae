using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>One real gateway of a <see cref="Cluster"/>, with a link to Redis of its own.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly (string Name, string Value)[] _environment;
    private GatewayProgram? _program;
    private Task<(int ExitCode, string Said)> _end = Task.FromResult((0, string.Empty));

    public ClusterNode(string name, int redisPort, IEnumerable<(string Name, string Value)> environment)
    {
        Name = name;
        Link = new TcpProxy(redisPort);
        _environment = [.. environment, ("Gateway__Redis__Configuration", Link.Address)];
    }

    /// <summary>What sentences call it.</summary>
    public string Name { get; }

    /// <summary>What is between it and Redis.</summary>
    public TcpProxy Link { get; }

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning => _program is not null;

    /// <summary>Whether the test has stopped its process.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether a client may hope for an answer.</summary>
    public bool IsLive => IsRunning && !IsPaused;

    /// <summary>Its address, with a slash at the end. It has another one after each start.</summary>
    public string Url { get; private set; } = string.Empty;

    public string HubUrl => Url + "realtime";

    public async Task StartAsync()
    {
        _program = await GatewayProgram.StartAsync(ProgramTests.Binary, Repository.Folder, _environment);
        Url = _program.Url;
        _end = _program.UntilItEndsAsync(); // What it says is read from the start: a full pipe would stop it.
    }

    /// <summary>Ends it without a word.</summary>
    /// <returns>All that it logged.</returns>
    public async Task<string> KillAsync()
    {
        var program = _program!;
        _program = null;
        IsPaused = false;
        await program.KillAsync();
        var (_, said) = await _end.InTime();
        await program.DisposeAsync();
        return said;
    }

    /// <summary>Lets it do nothing, its connections open, until it is continued.</summary>
    public Task PauseAsync()
    {
        IsPaused = true;
        return _program!.PauseAsync();
    }

    public async Task ContinueAsync()
    {
        await _program!.ContinueAsync();
        IsPaused = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        await Link.DisposeAsync();
    }
}
