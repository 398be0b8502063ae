using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Presence;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Sessions;

/// <summary>What requests read of channels, as trusted code or as their user.</summary>
internal sealed class RequestReading(
    RequestTrust trust,
    ClientOperations clients,
    ChannelList channels,
    MemberList members,
    HistoryReader history,
    Live<SessionLimits> limits)
{
    /// <summary>Lists the channels in use that the caller's key covers. Only servers may.</summary>
    public async ValueTask<Result<ChannelsPage>> ListAsync(RequestCaller caller, ChannelsRequest request, CancellationToken cancellationToken) =>
        trust.Covers(caller, ApiKeyScopes.Read)
            ? await channels.ReadAsync(request, name => trust.Covers(caller, ApiKeyScopes.Read, [name]), cancellationToken)
            : RequestTrust.Refuse(caller, ApiKeyScopes.Read);

    /// <summary>Tells how many are in a channel. A user needs the right to see who is.</summary>
    public async ValueTask<Result<ChannelSessions>> CountAsync(RequestCaller caller, string channel, CancellationToken cancellationToken)
    {
        if (trust.Covers(caller, ApiKeyScopes.Read, [channel]))
        {
            return TrustedNames.Check(channel) is { } wrong ? wrong : await channels.CountAsync(channel, cancellationToken);
        }

        return trust.CheckClient(caller) is { } refusal ? refusal : await clients.CountAsync(caller, channel, cancellationToken);
    }

    /// <summary>Lists who is in a channel.</summary>
    public async ValueTask<Result<MembersPage>> GetMembersAsync(RequestCaller caller, MembersRequest request, CancellationToken cancellationToken)
    {
        if (trust.Covers(caller, ApiKeyScopes.Presence, [request.Channel]))
        {
            return TrustedNames.Check(request.Channel) is { } wrong
                ? wrong
                : await members.ReadAsync(request, limits.Current.AnswerBytes, cancellationToken);
        }

        return trust.CheckClient(caller) is { } refusal ? refusal : await clients.GetMembersAsync(caller, request, cancellationToken);
    }

    /// <summary>Reads what a channel keeps; trusted code gets also what is for some readers only.</summary>
    public async ValueTask<Result<HistoryResult>> GetHistoryAsync(RequestCaller caller, HistoryRequest request, CancellationToken cancellationToken)
    {
        if (trust.Covers(caller, ApiKeyScopes.History, [request.Channel]))
        {
            return TrustedNames.Check(request.Channel) is { } wrong
                ? wrong
                : await history.ReadAsync(request, roles: null, limits.Current.AnswerBytes, cancellationToken);
        }

        return trust.CheckClient(caller) is { } refusal ? refusal : await clients.GetHistoryAsync(caller, request, cancellationToken);
    }

    /// <summary>Forgets what a channel keeps. Only servers may.</summary>
    public async ValueTask<Result<Position>> ClearHistoryAsync(RequestCaller caller, string channel, CancellationToken cancellationToken) =>
        !trust.Covers(caller, ApiKeyScopes.History, [channel]) ? RequestTrust.Refuse(caller, ApiKeyScopes.History)
        : TrustedNames.Check(channel) is { } wrong ? wrong
        : await history.ClearAsync(channel, cancellationToken);
}
