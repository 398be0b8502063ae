namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The kinds of WebSocket frames that the gateway tells apart (RFC 6455, section 5.2).</summary>
internal enum Opcode : byte
{
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}
