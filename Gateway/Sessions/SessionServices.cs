using RealtimeGateway.Channels;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What every session of a node works with.</summary>
internal sealed record SessionServices(
    SessionRegistry Registry,
    ChannelRegistry Channels,
    ClientOperations Operations,
    Permissions Permissions,
    Admission Admission,
    SessionLimits Limits,
    TimeProvider Time,
    ILogger<Session> Logger);
