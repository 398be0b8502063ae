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
    public async ValueTask<Result<HashSet<string>>> ForSubscribeAsync(
        Identity identity,
        IEnumerable<string> channels,
        bool hidden,
        CancellationToken cancellationToken)
    {
        var withPresence = new HashSet<string>(StringComparer.Ordinal);
        foreach (var channel in channels)
        {
            if (await DeniedAsync(identity, channel, hidden, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            if (await permissions.DecideAsync(identity, Right.Presence, channel, cancellationToken) is null)
            {
                withPresence.Add(channel);
            }
        }

        return withPresence;
    }

    /// <summary>
    /// Decides again about channels that are heard: about all at once, and each is returned as soon as it is decided, so that
    /// nobody keeps what he lost because another decision takes long.
    /// </summary>
    /// <param name="identity">Who hears them.</param>
    /// <param name="channels">The channels, whether each is heard by permission, and whether hidden.</param>
    public async IAsyncEnumerable<ChannelRights> AgainAsync(Identity identity, IEnumerable<(string Channel, bool NeedsPermission, bool Hidden)> channels)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var decisions = channels.Select(one => AgainAsync(identity, one.Channel, one.NeedsPermission, one.Hidden, patience.Token)).ToArray();
        await foreach (var decision in Task.WhenEach(decisions))
        {
            yield return await decision;
        }
    }

    private async Task<ChannelRights> AgainAsync(Identity identity, string channel, bool needsPermission, bool hidden, CancellationToken cancellationToken)
    {
        try
        {
            // On a thread of its own: a host that does not yield must not hold up the other decisions, nor outlast the patience.
            var decision = Task.Run(
                async () =>
                {
                    var denied = needsPermission ? await DeniedAsync(identity, channel, hidden, cancellationToken) : null;
                    var seesPresence = denied is null && await permissions.DecideAsync(identity, Right.Presence, channel, cancellationToken) is null;
                    return new ChannelRights(channel, denied, seesPresence);
                },
                cancellationToken);
            return await decision.WaitAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            // A decision that failed, or does not come, is no permission.
            LogDecisionFailed(identity.UserId, channel, exception);
            return new ChannelRights(channel, needsPermission ? Undecided : null, SeesPresence: false);
        }
    }

    private async ValueTask<Error?> DeniedAsync(Identity identity, string channel, bool hidden, CancellationToken cancellationToken) =>
        await permissions.DecideAsync(identity, Right.Read, channel, cancellationToken)
        ?? (hidden ? await permissions.DecideAsync(identity, Right.Hidden, channel, cancellationToken) : null);

    [LoggerMessage(1, LogLevel.Error, "Whether user {UserId} may go on reading {Channel} could not be decided; he may not.")]
    private partial void LogDecisionFailed(string? userId, string channel, Exception exception);
}
