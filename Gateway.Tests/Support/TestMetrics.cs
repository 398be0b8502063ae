using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Tests.Support;

internal static class TestMetrics
{
    /// <summary>What counts and is not looked at.</summary>
    public static GatewayMetrics Unheard { get; } =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
