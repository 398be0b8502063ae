using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Security;

/// <summary>
/// The one decision that every surface asks: hub, HTTP, history, member lists, joins and leaves (promise 8). Denied by default.
/// </summary>
/// <remarks>
/// In this order: 1. the name must be one; 2. rights that have expired are none; 3. what a client may not do at all
/// (<c>Clients:Subscribe</c>, <c>Clients:Publish</c>) is denied; 4. implicit channels are read by those they belong to and
/// written by nobody but trusted code; 5. the host's authorizers; 6. what the token itself grants; 7. the policies.
/// </remarks>
internal sealed class Permissions(
    Live<PolicySet> policies,
    Live<ClientSwitches> switches,
    IEnumerable<IChannelAuthorizer> authorizers,
    TimeProvider time)
{
    private readonly IChannelAuthorizer[] _authorizers = [.. authorizers];
    private object _rules = new();

    /// <summary>What decisions go by now; unequal once they would go by something else.</summary>
    public object Rules
    {
        get
        {
            // The same as long as it is equal: each session keeps it.
            var (known, now) = (_rules, (policies.Current, switches.Current));
            return known.Equals(now) ? known : _rules = now;
        }
    }

    /// <summary>Null when allowed, else why not.</summary>
    public async ValueTask<Error?> DecideAsync(Identity identity, Right right, string channel, CancellationToken cancellationToken)
    {
        // 1.
        var clients = switches.Current;
        var isImplicit = right == Right.Broadcast || channel == ChannelName.All || IsOwn(identity, channel);
        if (!isImplicit && !ChannelName.IsValid(channel))
        {
            return InvalidChannel;
        }

        // 2.
        if (identity.IsExpired(time.GetUtcNow()))
        {
            return new Error(ErrorCodes.TokenExpired, "The token has expired; call Authenticate with a new one.");
        }

        // 3.
        if (right == Right.Read && !clients.Subscribe && !isImplicit)
        {
            return new Error(ErrorCodes.Disabled, "Clients may not subscribe on this gateway.");
        }

        if (right is Right.Write or Right.Broadcast && !clients.Publish)
        {
            return new Error(ErrorCodes.Disabled, "Clients may not publish on this gateway; publish from a server.");
        }

        // 4.
        if (isImplicit && right != Right.Broadcast)
        {
            return right == Right.Read ? null : Denied(right, channel);
        }

        // 5.
        foreach (var authorizer in _authorizers)
        {
            switch (await authorizer.AuthorizeAsync(new ChannelAccess(identity, right, channel), cancellationToken))
            {
                case ChannelDecision.Allow:
                    return null;
                case ChannelDecision.Deny:
                    return Denied(right, channel);
                default:
                    continue;
            }
        }

        // 6.
        if (identity.Grants.TryGetValue(channel, out var granted) && granted.Contains(right))
        {
            return null;
        }

        // 7.
        return policies.Current.Allows(identity.Roles, right, channel) ? null : Denied(right, channel);
    }

    private static readonly Error InvalidChannel = new(
        ErrorCodes.InvalidChannel,
        $"A channel's name is 1 to {ChannelName.MaxLength} printable ASCII characters without spaces, '*', '{{' or '}}', and does not begin with '$'.");

    private static bool IsOwn(Identity identity, string channel) =>
        identity.UserId is { } userId && channel == ChannelName.OfUser(userId);

    private static Error Denied(Right right, string channel) => new(
        ErrorCodes.PermissionDenied,
        right switch
        {
            Right.Read => $"You may not read '{channel}'.",
            Right.Write => $"You may not publish in '{channel}'.",
            Right.Presence => $"You may not see who is in '{channel}'.",
            Right.Hidden => $"You may not be hidden in '{channel}'.",
            _ => "You may not broadcast.",
        });
}
