using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Filters;
using RealtimeGateway.Presence;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What every session of a node works with.</summary>
internal sealed record SessionServices(
    SessionRegistry Registry,
    ChannelRegistry Channels,
    IDirectory Directory,
    ClientOperations Operations,
    RightsCheck Rights,
    RightsClock RightsClock,
    Admission Admission,
    RateLimiter Limiter,
    InterestCatalog Interests,
    Live<ProfileRules> Profiles,
    Live<SessionLimits> Limits,
    GatewayMetrics Metrics,
    TimeProvider Time,
    ILogger<Session> Logger);
