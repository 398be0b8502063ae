using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>How SignalR connections are read and written, and their bounds.</summary>
/// <param name="Protocols">What clients may speak.</param>
/// <param name="Inbound">What a client may send.</param>
/// <param name="Outbound">The limits, turns and clock of what is sent to it.</param>
/// <param name="Metrics">What is counted of them.</param>
/// <param name="Time">The clock.</param>
internal sealed record SignalRWire(
    HubProtocols Protocols,
    Live<InboundLimits> Inbound,
    OutboundServices Outbound,
    GatewayMetrics Metrics,
    TimeProvider Time);
