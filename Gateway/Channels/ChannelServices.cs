using RealtimeGateway.Backplane;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>What every channel of a node works with.</summary>
internal sealed record ChannelServices(IBroker Broker, IDirectory Directory, Live<RecoveryLimits> Recovery, GatewayMetrics Metrics, TimeProvider Time);
