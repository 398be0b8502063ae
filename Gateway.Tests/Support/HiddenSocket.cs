using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace RealtimeGateway.Tests.Support;

/// <summary>A server that shows no socket. With no feature at all in its place, Kestrel would show that of the connection.</summary>
internal sealed class HiddenSocket : IConnectionSocketFeature
{
    public Socket Socket => null!;
}
