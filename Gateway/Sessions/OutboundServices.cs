using System.IO.Pipelines;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>What the queues of a node share.</summary>
/// <param name="Limits">When a client is slow.</param>
/// <param name="Scheduler">Gives each its turns.</param>
/// <param name="Time">The clock.</param>
internal sealed record OutboundServices(Live<OutboundLimits> Limits, PipeScheduler Scheduler, TimeProvider Time);
