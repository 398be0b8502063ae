using RealtimeGateway.Diagnostics;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Sse;

/// <summary>How event streams are written, and their bounds.</summary>
/// <param name="Encoding">How what many clients get is written.</param>
/// <param name="Outbound">The limits, turns and clock of what is sent.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
internal sealed record SseWire(
    SseEncoding Encoding,
    OutboundServices Outbound,
    GatewayMetrics Metrics,
    TimeProvider Time);
