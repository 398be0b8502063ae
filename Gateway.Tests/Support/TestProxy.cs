using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RealtimeGateway.Tests.Support;

/// <summary>Clients from anywhere, on one machine: a proxy in front of the gateway, which is told in the query where one comes from.</summary>
internal static class TestProxy
{
    /// <summary>What makes the gateway believe it.</summary>
    public static readonly (string Key, string Value) Trust = ("TrustedProxies:0", "127.0.0.1");

    /// <summary>Adds the address in <c>from</c> to those that the request says it came by, as proxies do.</summary>
    public static void Use(IApplicationBuilder pipeline) => pipeline.Use((context, next) =>
    {
        if (context.Request.Query["from"] is [{ } from])
        {
            context.Request.Headers.Append("X-Forwarded-For", from);
        }

        return next(context);
    });

    /// <summary>Where a client from this address connects.</summary>
    public static string HubUrlFrom(this TestGateway gateway, string address) => $"{gateway.HubUrl}?from={Uri.EscapeDataString(address)}";
}
