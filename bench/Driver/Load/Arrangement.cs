using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Clients of a server that stay connected for all rounds, and what they have in flight.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="server">Whose CPU time counts.</param>
/// <param name="reactor">What reads for the clients.</param>
internal abstract class Arrangement(string name, Server server, Reactor reactor)
{
    public string Name => name;

    public Server Server => server;

    public Reactor Reactor => reactor;

    public Ledger Ledger { get; } = new();

    /// <summary>Publications in one that is sent: more than one is a batch.</summary>
    public virtual int BatchSize => 1;

    /// <summary>Why it cannot be measured any more; null while it can.</summary>
    public abstract string? Failure { get; }

    /// <summary>Whether nothing is in flight, and each publication is answered where the server does that.</summary>
    public abstract bool IsSettled { get; }

    /// <summary>How much is wrong: who has not got each publication once, and what came that nobody waited for.</summary>
    public abstract long Wrong { get; }

    /// <summary>The next publisher publishes.</summary>
    /// <param name="scheduled">When it should have, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
    public abstract void Publish(long scheduled);

    /// <summary>Says for all clients that they are still there. Between measurements, so that it is in none.</summary>
    public abstract void KeepAlive();
}
