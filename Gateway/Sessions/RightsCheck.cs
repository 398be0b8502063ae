using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>Asks <see cref="Permissions"/> all that a subscription needs to know, and asks again what a session may still do.</summary>
internal sealed partial class RightsCheck(Permissions permissions, TimeProvider time, ILogger<RightsCheck> logger)
{
    /// <summary>How long a new decision about what is heard may take; then it is a denial.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Error Undecided = new(ErrorCodes.PermissionDenied, "Whether this is allowed could not be decided.");

    /// <inheritdoc cref="Permissions.Rules"/>
    public object Rules => permissions.Rules;

    /// <summary>Whether all of a subscription is allowed, and if so, in which of its channels who comes and goes may be seen.</summary>
    public async ValueTask<Result<Dictionary<string, bool>>> ForSubscribeAsync(
        Identity identity,
        IEnumerable<string> channels,
        bool hidden,
        CancellationToken cancellationToken)
    {
        var seesPresence = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var channel in channels)
        {
            var rights = await DecideAsync(identity, channel, needsPermission: true, hidden, cancellationToken);
            if ((rights.Denied ?? rights.DeniedHidden) is { } refusal)
            {
                return refusal;
            }

            seesPresence[channel] = rights.SeesPresence;
        }

        return seesPresence;
    }

    /// <summary>
    /// Decides again about channels that are heard: about all at once, and each is returned as soon as it is decided, so that
    /// nobody keeps what he lost because another decision takes long.
    /// </summary>
    /// <param name="identity">Who hears them.</param>
    /// <param name="channels">The channels, whether each is heard by permission, and whether hidden.</param>
    public async IAsyncEnumerable<ChannelRights> AgainAsync(Identity identity, IEnumerable<(string Channel, bool NeedsPermission, bool Hidden)> channels)
    {
        var decisions = channels.Select(one => DecideInTimeAsync(identity, one.Channel, one.NeedsPermission, one.Hidden)).ToArray();
        await foreach (var decision in Task.WhenEach(decisions))
        {
            yield return await decision;
        }
    }

    private async Task<ChannelRights> DecideInTimeAsync(Identity identity, string channel, bool needsPermission, bool hidden)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            // On a thread of its own: a host that does not yield must not hold up the other decisions, nor outlast the patience.
            var decision = Task.Run(() => DecideAsync(identity, channel, needsPermission, hidden, patience.Token), patience.Token);
            return await decision.WaitAsync(patience.Token);
        }
        catch (Exception exception)
        {
            // A decision that failed, or does not come, is no permission.
            LogDecisionFailed(identity.UserId, channel, exception);
            return new ChannelRights(channel, needsPermission ? Undecided : null, DeniedHidden: null, SeesPresence: false);
        }
    }

    private async Task<ChannelRights> DecideAsync(
        Identity identity,
        string channel,
        bool needsPermission,
        bool hidden,
        CancellationToken cancellationToken)
    {
        if (needsPermission && await DeniedAsync(Right.Read) is { } denied)
        {
            return new ChannelRights(channel, denied, DeniedHidden: null, SeesPresence: false);
        }

        var deniedHidden = hidden ? await DeniedAsync(Right.Hidden) : null;
        return new ChannelRights(channel, Denied: null, deniedHidden, SeesPresence: await DeniedAsync(Right.Presence) is null);

        ValueTask<Error?> DeniedAsync(Right right) => permissions.DecideAsync(identity, right, channel, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Error, "Whether user {UserId} may go on reading {Channel} could not be decided; he may not.")]
    private partial void LogDecisionFailed(string? userId, string channel, Exception exception);
}
