using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>How SignalR connections are read and written, and their bounds.</summary>
/// <param name="Protocol">The hub protocol.</param>
/// <param name="Encoding">How what many clients get is written in it.</param>
/// <param name="Inbound">What a client may send.</param>
/// <param name="Outbound">When it is slow.</param>
/// <param name="Metrics">What is counted of them.</param>
/// <param name="Time">The clock.</param>
internal sealed record SignalRWire(
    GatewayJsonProtocol Protocol,
    JsonEncoding Encoding,
    Live<InboundLimits> Inbound,
    Live<OutboundLimits> Outbound,
    GatewayMetrics Metrics,
    TimeProvider Time);
