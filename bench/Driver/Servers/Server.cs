using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>What is measured: one process or several that clients see as one.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="dialect">How it is spoken to, unless an arrangement has another.</param>
/// <param name="ports">Where it listens, on loopback: clients are spread over them.</param>
/// <param name="parts">All of it: what their CPU time and memory are counted of.</param>
internal class Server(string name, Dialect dialect, IReadOnlyList<int> ports, IReadOnlyList<ServerProcess> parts) : IDisposable
{
    public string Name => name;

    public Dialect Dialect => dialect;

    /// <summary>The ids of its processes, as they are now.</summary>
    public IReadOnlyList<int> Processes => [.. parts.SelectMany(part => ProcessTree.Of(part.Id))];

    /// <summary>Where a client connects.</summary>
    /// <param name="number">Which client, from 0.</param>
    public int Port(int number) => ports[number % ports.Count];

    /// <summary>What a client shows when it connects; null for nothing.</summary>
    /// <param name="number">Which client: each is somebody else.</param>
    public virtual string? Token(int number) => null;

    /// <summary>The name of a channel that clients may use.</summary>
    public virtual string Channel(string name) => name;

    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Dispose();
        }
    }
}
