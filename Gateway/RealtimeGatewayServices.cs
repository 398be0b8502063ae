using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Backplane.Redis;
using RealtimeGateway.Channels;
using RealtimeGateway.Configuration;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Edges;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.Rest;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Edges.Sse;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.Filters;
using RealtimeGateway.Presence;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
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
        services.AddMetrics();
        services.AddSingleton<GatewayMetrics>();
        AddConfiguration(services, configure);
        AddBackplane(services);
        AddNodes(services);
        AddSecurity(services);
        AddRateLimits(services);
        AddChannels(services);
        AddPresence(services);
        AddSessions(services);
        AddEdges(services);
        return services;
    }

    /// <summary>
    /// Maps the hub at <c>/realtime</c>, the event stream at <c>/sse</c>, the API at <c>/api</c>, <c>/health/live</c> and
    /// <c>/health/ready</c>, and in Development <c>/dev/token</c>. From here on a stop of the host tells the clients to connect again,
    /// and waits for that.
    /// </summary>
    public static IEndpointRouteBuilder MapRealtimeGateway(this IEndpointRouteBuilder endpoints)
    {
        ReviewSessionsWhenSettingsChange(endpoints.ServiceProvider);
        endpoints.MapRealtimeHub();
        endpoints.MapSse();
        endpoints.MapPublish();
        endpoints.MapChannels();
        endpoints.MapHistory();
        endpoints.MapUsers();
        endpoints.MapStats();
        endpoints.MapOpenApiDocument();
        endpoints.MapUnknownApi();
        endpoints.MapDevToken();
        endpoints.MapHealth();
        DrainWhenStopping(endpoints.ServiceProvider);
        return endpoints;
    }

    // What is registered last is called first: SignalR, which has been mapped by now, cuts its connections after that.
    private static void DrainWhenStopping(IServiceProvider provider)
    {
        var (drain, sockets) = (provider.GetRequiredService<Drain>(), provider.GetRequiredService<LiveWebSockets>());
        provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() =>
        {
            drain.RunAsync().GetAwaiter().GetResult();
            sockets.AbortAll();
        });
    }

    private static void ReviewSessionsWhenSettingsChange(IServiceProvider provider)
    {
        var sessions = provider.GetRequiredService<SessionRegistry>();
        provider.GetRequiredService<LiveSettings>().Changed += () => _ = sessions.ReviewAsync(); // Each sees its own exceptions.
    }

    private static void AddConfiguration(IServiceCollection services, Action<GatewayOptions>? configure)
    {
        services.AddSingleton<GatewayOptionsSetup>();
        services.AddSingleton<IConfigureOptions<GatewayOptions>>(provider => provider.GetRequiredService<GatewayOptionsSetup>());
        services.AddSingleton<IValidateOptions<GatewayOptions>>(provider => provider.GetRequiredService<GatewayOptionsSetup>());
        services.AddSingleton<IPostConfigureOptions<GatewayOptions>, DevelopmentSecret>();
        services.AddSingleton<LiveSettings>();
        var options = services.AddOptions<GatewayOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    // Which of the twins it is, the settings say; what is not asked for is not made.
    private static void AddBackplane(IServiceCollection services)
    {
        services.TryAddSingleton(Node.New());
        services.AddSingleton(provider => new RedisChoice(
            RedisSettings.Compile(provider.GetRequiredService<IOptions<GatewayOptions>>().Value.Redis, [])));
        AddMemoryBackplane(services);
        AddRedisBackplane(services);
        services.TryAddSingleton<IBroker>(provider => provider.IsRedis() ? provider.GetRequiredService<RedisBroker>() : provider.GetRequiredService<MemoryBroker>());
        services.TryAddSingleton<IDirectory>(provider => provider.IsRedis() ? provider.GetRequiredService<RedisDirectory>() : provider.GetRequiredService<MemoryDirectory>());
        services.TryAddSingleton<IRecordStore>(provider => provider.IsRedis() ? provider.GetRequiredService<RedisRecordStore>() : provider.GetRequiredService<MemoryRecordStore>());
    }

    private static void AddMemoryBackplane(IServiceCollection services)
    {
        services.AddLive(options => options.Limits, limits => new MemoryBrokerOptions(limits.IdleChannels, limits.HistoryBytes));
        services.AddSingleton(provider =>
        {
            var broker = new MemoryBroker(provider.GetRequiredService<Live<MemoryBrokerOptions>>(), provider.GetRequiredService<TimeProvider>());
            provider.GetRequiredService<GatewayMetrics>().ObserveHistory(() => broker.HistoryBytes, () => broker.HistoryChannels);
            return broker;
        });
        services.AddSingleton<MemoryDirectory>();
        services.AddSingleton<MemoryRecordStore>();
    }

    private static void AddRedisBackplane(IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<RedisChoice>().Settings!);
        services.AddSingleton<RedisLink>();
        services.AddSingleton<NodeLease>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<RedisBroker>();
        services.AddSingleton<RedisDirectory>();
        services.AddSingleton<RedisRecordStore>();
        services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>>(provider => new ConfigureOptions<HealthCheckServiceOptions>(health =>
        {
            if (provider.IsRedis())
            {
                health.Registrations.Add(new HealthCheckRegistration(RedisHealth.Name, services => ActivatorUtilities.CreateInstance<RedisHealth>(services), failureStatus: null, tags: null));
            }
        }));
    }

    private static bool IsRedis(this IServiceProvider provider) => provider.GetRequiredService<RedisChoice>().Settings is not null;

    private static void AddNodes(IServiceCollection services)
    {
        services.AddSingleton<NodeMessenger>();
        services.AddSingleton<NodeEar>();
        services.AddHostedService<NodeHearing>();
    }

    private static void AddSecurity(IServiceCollection services)
    {
        services.AddLive(
            options => new { options.Channels, options.Broadcast },
            options => PolicyCompiler.Compile(options.Channels, options.Broadcast, []));
        services.AddLive(options => options.Clients, clients => new ClientSwitches(clients.Subscribe, clients.Publish));
        services.AddSingleton(provider => provider.GetRequiredService<LiveSettings>().Follow(
            options => options.Auth.Jwt,
            jwt => ActivatorUtilities.CreateInstance<TokenValidator>(provider, jwt, TokenTrust.Compile(jwt, []))));
        services.AddSingleton(provider => provider.GetRequiredService<LiveSettings>().Follow(
            options => options.Auth.ApiKeys,
            keys => ApiKeyRing.Compile(keys, provider.GetRequiredService<TimeProvider>(), [])));
        services.AddLive(
            options => new { options.Enabled, options.Auth },
            options => new AdmissionRules(options.Enabled, options.Auth.RequireApiKey, options.Auth.RequireSession));
        services.AddLive(
            options => options.Auth.Jwt,
            jwt => new RevocationMemory(jwt.MaxTokenLifetime + (3 * jwt.ClockSkew))); // A token may be from the future by one, be taken after its end by another.
        services.AddSingleton<Revocations>();
        services.AddSingleton<RoleAssignments>();
        services.AddSingleton<Admission>();
        services.AddSingleton<Permissions>();
    }

    private static void AddRateLimits(IServiceCollection services)
    {
        services.AddLive(options => options.RateLimits, limits => RateRules.Compile(limits, []));
        services.AddSingleton<RateLimiter>();
    }

    private static void AddChannels(IServiceCollection services)
    {
        services.AddLive(
            options => options.Limits,
            limits => new DraftRules(limits.MessageBytes, limits.ChannelsPerPublish, limits.OutboundBytes / LimitsOptions.OutboundMessages));
        services.AddLive(options => options.Limits, limits => new RecoveryLimits(limits.RecoveryPublications, limits.OutboundBytes / LimitsOptions.OutboundOutOfSight));
        services.AddSingleton<ChannelServices>();
        services.AddSingleton<InterestCatalog>();
        services.AddSingleton<ChannelRegistry>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<Publisher>();
    }

    private static void AddPresence(IServiceCollection services)
    {
        services.AddLive(options => options.Limits, limits => new ProfileRules(limits.ProfileBytes, limits.OutboundBytes / LimitsOptions.OutboundMessages));
        services.AddSingleton<MemberList>();
        services.AddSingleton<ChannelList>();
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddLive(options => options.Limits, limits => new SessionLimits(
            limits.SessionsPerUser,
            limits.SessionsPerAddress,
            limits.ChannelsPerSession,
            limits.SubscriptionsPerSession,
            limits.Channels,
            limits.FiltersPerChannel,
            limits.OutboundBytes / LimitsOptions.OutboundMessages));
        services.AddLive(options => options.Limits, limits => new OutboundLimits(limits.OutboundBytes - (limits.OutboundBytes / LimitsOptions.OutboundOutOfSight), limits.WriteTimeout));
        services.AddSingleton<Remaining>();
        services.AddSingleton<SendScheduler>();
        services.AddSingleton(provider => new OutboundServices(
            provider.GetRequiredService<Live<OutboundLimits>>(),
            provider.GetRequiredService<SendScheduler>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<RightsClock>();
        services.AddSingleton<Drain>();
        services.AddSingleton<ControlEffects>();
        services.AddSingleton<ControlMemory>();
        services.AddSingleton<ControlLog>();
        services.AddHostedService(provider => provider.GetRequiredService<ControlLog>());
        services.AddSingleton<EveryNode>();
        services.AddSingleton<Revoker>();
        services.AddSingleton<RightsCheck>();
        services.AddSingleton<ClientOperations>();
        services.AddSingleton<RequestTrust>();
        services.AddSingleton<RequestPublishing>();
        services.AddSingleton<RequestReading>();
        services.AddSingleton<UserActions>();
        services.AddSingleton<NodeNumbers>();
        services.AddSingleton<SessionServices>();
    }

    private static void AddEdges(IServiceCollection services)
    {
        services.AddLive(options => options.TrustedProxies, proxies => TrustedProxies.Compile(proxies, []));
        services.AddLive(options => options.AllowedOrigins, origins => AllowedOrigins.Compile(origins, []));
        services.AddLive(options => options.Limits, limits => new BodyLimits(limits.RequestBytes));
        services.AddLive(options => options.Limits, limits => new InboundLimits(
            limits.MessageBytes,
            limits.HandshakeTimeout,
            limits.UnfinishedPerAddress,
            limits.Negotiated));
        services.AddLive(options => options.Auth.Jwt, jwt => jwt);
        services.AddRealtimeHub();
        services.AddSse();
        services.AddHealthChecks();
        services.AddSingleton<IRealtimePublisher, RealtimePublisher>();
        services.AddSingleton<IPresence, RealtimePresence>();
    }

    // What a room needs of the settings, in its own words; nothing on a hot path reads options.
    private static void AddLive<TPart, T>(this IServiceCollection services, Func<GatewayOptions, TPart> part, Func<TPart, T> make)
        where T : class =>
        services.AddSingleton(provider => provider.GetRequiredService<LiveSettings>().Follow(part, make));

    /// <summary>The Redis that was chosen; null for none.</summary>
    private sealed record RedisChoice(RedisSettings? Settings);
}
