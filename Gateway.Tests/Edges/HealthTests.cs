using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>What probes see. The drain has its own tests.</summary>
[TestFixture]
public sealed class HealthTests
{
    [Test]
    public async Task Health_IsTold_WithoutCredential_AndIsNotCounted()
    {
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Auth:RequireSession", "true"),
            ("RateLimits:Connect:0:Permits", "1"),
            ("RateLimits:Connect:0:Window", "01:00:00"),
            ("RateLimits:Request:0:Permits", "1"),
            ("RateLimits:Request:0:Window", "01:00:00"),
        ]);
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await AskAsync(gateway, "/health/live"), Is.EqualTo((HttpStatusCode.OK, """{"status":"live"}""")));
            Assert.That(await AskAsync(gateway, "/health/ready"), Is.EqualTo((HttpStatusCode.OK, """{"status":"ready"}""")));
        }
    }

    [Test]
    public async Task HostsChecks_Count_AndAreNamedWithoutWhatTheyFound()
    {
        var status = HealthStatus.Degraded;
        await using var gateway = await TestGateway.StartAsync(services: services => services
            .AddHealthChecks()
            .AddCheck("orders", () => HealthCheckResult.Healthy())
            .AddCheck("database", () => new HealthCheckResult(status, "Password=secret", new InvalidOperationException("secret"))));
        var degraded = await AskAsync(gateway, "/health/ready");
        status = HealthStatus.Unhealthy;
        var unhealthy = await AskAsync(gateway, "/health/ready");
        Assert.Multiple(async () =>
        {
            Assert.That(degraded, Is.EqualTo((HttpStatusCode.OK, """{"status":"degraded","reasons":["database"]}""")));
            Assert.That(unhealthy, Is.EqualTo((HttpStatusCode.ServiceUnavailable, """{"status":"unhealthy","reasons":["database"]}""")));
            Assert.That((await AskAsync(gateway, "/health/live")).Status, Is.EqualTo(HttpStatusCode.OK), "a restart would mend nothing");
        });
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(TestGateway gateway, string path)
    {
        using var answer = await gateway.GetAsync(path).InTime();
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
