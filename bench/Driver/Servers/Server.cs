namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>A server that is measured.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="port">Where it listens, on loopback.</param>
/// <param name="process">It.</param>
internal class Server(string name, int port, ServerProcess process) : IDisposable
{
    public string Name => name;

    public int Port => port;

    public ServerProcess Process => process;

    /// <summary>What a client shows when it connects; null for nothing.</summary>
    /// <param name="number">Which client: each is somebody else.</param>
    public virtual string? Token(int number) => null;

    /// <summary>The name of a channel that clients may use.</summary>
    public virtual string Channel(string name) => name;

    public void Dispose() => process.Dispose();
}
