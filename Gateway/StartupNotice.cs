using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway;

/// <summary>What the program says when it is ready: where it is, what is open to whom, how to get a token.</summary>
internal static partial class StartupNotice
{
    public static void AnnounceWhenReady(this WebApplication app, ChatSample? chat) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        LogStarted(app.Logger, typeof(StartupNotice).Assembly.GetName().Version?.ToString(3), app.Environment.EnvironmentName, options.Channels.Count);
        var policies = ConfigurationLists.SourceOf(app.Configuration, $"{GatewayOptions.Section}:{nameof(options.Channels)}");
        Console.WriteLine($"RealtimeGateway is ready: {string.Join(", ", addresses.Select(address => address + HubEndpoint.Path))}");
        Console.WriteLine($"  Environment: {app.Environment.EnvironmentName}; policies from {(policies is null ? "nowhere" : ConfigurationLists.NameOf(policies))}");
        foreach (var line in Lines([.. addresses], options, app.Environment.IsDevelopment(), chat))
        {
            Console.WriteLine(line);
        }
    });

    private static IEnumerable<string> Lines(string[] addresses, GatewayOptions options, bool isDevelopment, ChatSample? chat)
    {
        if (!options.Enabled)
        {
            yield return "  It is switched off (Gateway:Enabled): every client is refused.";
        }

        foreach (var policy in options.Channels)
        {
            var history = policy.History is { } kept ? $"; history: {kept.Size} for {kept.Ttl}" : string.Empty;
            var hidden = policy.Hidden.Count > 0 ? $"; be hidden: {Roles(policy.Hidden)}" : string.Empty;
            yield return $"  {policy.Pattern} - read: {Roles(policy.Read)}; write: {Roles(policy.Write)}; see members: {Roles(policy.Presence)}{hidden}{history}";
        }

        if (options.Channels.Count == 0)
        {
            yield return "  No channel is open to anybody: add policies to Gateway:Channels in appsettings.json.";
        }

        yield return $"  Broadcasts: {Roles(options.Broadcast)}";
        if (options.Auth.Jwt is { Secret: null or "", PublicKey: null or "", Authority: null or "" })
        {
            yield return "  No token is accepted, so nobody can sign in: set Gateway:Auth:Jwt.";
        }

        if (isDevelopment && addresses is [var first, ..] && BindingAddress.Parse(first) is { Port: > 0 } address && !string.IsNullOrEmpty(options.Auth.Jwt.Secret))
        {
            // Tokens are given by a local name only, whatever address the gateway listens on.
            var local = $"{address.Scheme}://localhost:{address.Port}";
            if (chat is not null)
            {
                var missing = chat.IsBuilt ? string.Empty : " (not built yet: it needs Node 20 or later, and a new start)";
                yield return $"  A chat to try, in two tabs of a browser: {local}/{missing}";
            }

            yield return $$"""  A development token, good until the gateway stops: curl -s {{local}}/dev/token --json '{"userId":"ann","teams":["blue"]}'""";
        }
    }

    private static string Roles(IList<string> roles) => roles.Count == 0 ? "nobody" : string.Join(", ", roles);

    [LoggerMessage(1, LogLevel.Information, "RealtimeGateway {Version} has started in {Environment} with {Policies} policies.")]
    private static partial void LogStarted(ILogger logger, string? version, string environment, int policies);
}
