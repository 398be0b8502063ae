using Microsoft.AspNetCore.Connections.Features;

namespace RealtimeGateway.Edges.Sse;

/// <summary>
/// A client that vanished without a word. It says nothing while it is there either, so only that it acknowledges no heartbeat
/// tells; by itself a system waits a quarter of an hour for that, and so long others see a member who is gone.
/// </summary>
internal static class LostPeer
{
    // As Linux numbers them; .NET has no names for them.
    private const int Tcp = 6;
    private const int UserTimeout = 18;

    // As long as a write may be stuck at most, by the settings: who reads slowly is judged there.
    private const int Milliseconds = 60_000;

    /// <summary>Lets the system end the connection of this request when what was sent is not acknowledged in time.</summary>
    public static void Bound(HttpContext context)
    {
        if (OperatingSystem.IsLinux() && context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(Milliseconds));
        }
    }
}
