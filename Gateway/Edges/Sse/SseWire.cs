using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Sse;

/// <summary>How event streams are written, and their bounds.</summary>
/// <param name="Encoding">How what many clients get is written.</param>
/// <param name="Outbound">When a client is slow.</param>
/// <param name="Scheduler">When what is for it is sent.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
internal sealed record SseWire(
    SseEncoding Encoding,
    Live<OutboundLimits> Outbound,
    SendScheduler Scheduler,
    GatewayMetrics Metrics,
    TimeProvider Time);
