using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Channels;
using RealtimeGateway.Configuration;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.Rest;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Presence;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Keys;
using RealtimeGateway.Security.Policies;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Sessions;

namespace RealtimeGateway;

/// <summary>The gateway in an ASP.NET Core application: <c>services.AddRealtimeGateway()</c> and <c>app.MapRealtimeGateway()</c>.</summary>
public static class RealtimeGatewayServices
{
    /// <summary>Adds the gateway, configured by the section <c>Gateway</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes to what the configuration says; null for none.</param>
    public static IServiceCollection AddRealtimeGateway(this IServiceCollection services, Action<GatewayOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddConfiguration(services, configure);
        AddMemoryBackplane(services);
        AddSecurity(services);
        AddChannels(services);
        AddPresence(services);
        AddSessions(services);
        AddEdges(services);
        return services;
    }

    /// <summary>Maps the hub at <c>/realtime</c>, the API at <c>/api</c>, and in Development <c>/dev/token</c>.</summary>
    public static IEndpointRouteBuilder MapRealtimeGateway(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapRealtimeHub();
        endpoints.MapChannels();
        endpoints.MapDevToken();
        return endpoints;
    }

    private static void AddConfiguration(IServiceCollection services, Action<GatewayOptions>? configure)
    {
        services.AddSingleton<GatewayOptionsSetup>();
        services.AddSingleton<IConfigureOptions<GatewayOptions>>(provider => provider.GetRequiredService<GatewayOptionsSetup>());
        services.AddSingleton<IValidateOptions<GatewayOptions>>(provider => provider.GetRequiredService<GatewayOptionsSetup>());
        services.AddSingleton<IPostConfigureOptions<GatewayOptions>, DevelopmentSecret>();
        var options = services.AddOptions<GatewayOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    private static void AddMemoryBackplane(IServiceCollection services)
    {
        services.AddSingleton(Settings(options => new MemoryBrokerOptions(options.Limits.IdleChannels, options.Limits.HistoryBytes)));
        services.TryAddSingleton<IBroker, MemoryBroker>();
    }

    private static void AddSecurity(IServiceCollection services)
    {
        services.AddSingleton(Settings(options => PolicyCompiler.Compile(options, [])));
        services.AddSingleton(Settings(options => TokenTrust.Compile(options.Auth.Jwt, [])));
        services.AddSingleton(Settings(options => options.Auth.Jwt));
        services.AddSingleton(provider =>
            ApiKeyRing.Compile(Options(provider).Auth.ApiKeys, provider.GetRequiredService<TimeProvider>(), []));
        services.AddSingleton(Settings(options => new ClientSwitches(options.Clients.Subscribe, options.Clients.Publish)));
        services.AddSingleton(Settings(options => new AdmissionRules(options.Enabled, options.Auth.RequireApiKey, options.Auth.RequireSession)));
        services.AddSingleton<TokenValidator>();
        services.AddSingleton<Admission>();
        services.AddSingleton<Permissions>();
    }

    private static void AddChannels(IServiceCollection services)
    {
        services.AddSingleton(Settings(options => new DraftRules(
            options.Limits.MessageBytes,
            options.Limits.ChannelsPerPublish,
            options.Limits.OutboundBytes / LimitsOptions.OutboundMessages)));
        services.AddSingleton<ChannelRegistry>();
        services.AddSingleton<Publisher>();
    }

    private static void AddPresence(IServiceCollection services) => services.AddSingleton<MemberList>();

    private static void AddSessions(IServiceCollection services)
    {
        services.AddSingleton(Settings(options => new SessionLimits(
            options.Limits.ChannelsPerSession,
            options.Limits.SubscriptionsPerSession,
            options.Limits.OutboundBytes / LimitsOptions.OutboundMessages)));
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<ClientOperations>();
        services.AddSingleton<SessionServices>();
    }

    private static void AddEdges(IServiceCollection services)
    {
        services.AddRealtimeHub();
        services.AddSingleton<IRealtimePublisher, RealtimePublisher>();
    }

    // What a room needs of the configuration, resolved once into its own words; nothing on a hot path reads options.
    private static Func<IServiceProvider, T> Settings<T>(Func<GatewayOptions, T> select) => provider => select(Options(provider));

    private static GatewayOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<GatewayOptions>>().Value;
}
