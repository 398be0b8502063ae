namespace RealtimeGateway.Edges.SignalR;

/// <summary>How SignalR connections are read and written, and their bounds.</summary>
/// <param name="Protocol">The hub protocol.</param>
/// <param name="Encoding">How publications are written in it.</param>
/// <param name="MessageBytes">Bytes of one message from a client.</param>
/// <param name="OutboundBytes">Bytes that may wait for one client.</param>
/// <param name="WriteTimeout">How long one write may be stuck.</param>
/// <param name="Time">The clock.</param>
internal sealed record SignalRWire(
    GatewayJsonProtocol Protocol,
    JsonEncoding Encoding,
    int MessageBytes,
    int OutboundBytes,
    TimeSpan WriteTimeout,
    TimeProvider Time);
