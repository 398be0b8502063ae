using System.Net;

namespace RealtimeGateway.Security;

/// <summary>From where a request comes.</summary>
/// <param name="Peer">The client's own address; null where its transport has none.</param>
/// <param name="Origin">The origin of the page that sends it, as its browser says; null where nothing says so, as with servers.</param>
internal readonly record struct Whereabouts(IPAddress? Peer, string? Origin)
{
    /// <summary>What is counted for the address.</summary>
    public ClientAddress Address { get; } = ClientAddress.Of(Peer);
}
