using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// Whether this node is one with the others. One that is not is degraded and no more: it goes on to hold its clients, and to take
/// it out of service helps nobody (promise 13).
/// </summary>
internal sealed class RedisHealth(RedisLink link, NodeLease lease) : IHealthCheck
{
    public const string Name = "redis";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(link.IsUp && lease.IsHeld ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded());
}
