using System.Net.WebSockets;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>Why a WebSocket is closed, as the payload of a close frame (RFC 6455, section 5.5.1).</summary>
internal static class CloseStatus
{
    public static ReadOnlySpan<byte> Bytes(WebSocketCloseStatus status) => new[] { (byte)((int)status >> 8), (byte)status };
}
