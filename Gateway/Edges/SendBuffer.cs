using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace RealtimeGateway.Edges;

/// <summary>
/// What the system buffers for a client that does not read. It is out of the queue's sight: it grows to some megabytes by itself,
/// and so long nothing looks slow.
/// </summary>
internal static class SendBuffer
{
    // Enough for several megabytes a second to a client 100 ms away.
    private const int Bytes = 256 * 1024;

    /// <summary>Bounds it for the connection of this request.</summary>
    public static void Bound(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            try
            {
                socket.SendBufferSize = Bytes;
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                // The client is gone already; whoever reads of it finds out.
            }
        }
    }
}
