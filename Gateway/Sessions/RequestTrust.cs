using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The one decision about a request: it is trusted code where its API key covers what it does, and else the user that it names, who
/// may what he may on the hub. What is trusted is asked for no permission and counted by no rate limit.
/// </summary>
internal sealed class RequestTrust(Admission admission)
{
    /// <summary>Whether the request's key is good for something that concerns no channel.</summary>
    public bool Covers(RequestCaller caller, string scope) => admission.KeyOf(caller.Admitted)?.Allows(scope) is true;

    /// <summary>Whether the request's key is good for something in all of these channels; never for none.</summary>
    public bool Covers(RequestCaller caller, string scope, IReadOnlyCollection<string> channels) =>
        channels.Count > 0 && admission.KeyOf(caller.Admitted) is { } key && channels.All(channel => Covers(key, scope, channel));

    /// <summary>Why a request that is not trusted may not go on as the user that it names; null when it may.</summary>
    public Error? CheckClient(RequestCaller caller) => admission.CheckClient(caller.Admitted) is { } refusal ? Counted(caller, refusal) : null;

    /// <summary>What a request is told that wants what only servers may, and is not trusted.</summary>
    public static Error Refuse(RequestCaller caller, string scope)
    {
        var (key, isUser) = (caller.Admitted.Key, caller.Admitted.Own.UserId is not null);
        var needed = $"an API key with the scope '{scope}'";
        return Counted(
            caller,
            key is not null ? new Error(ErrorCodes.PermissionDenied, $"The API key does not suffice: this needs {needed}, for the channels that it names.")
            : isUser ? new Error(ErrorCodes.PermissionDenied, $"Only servers may do this, with {needed}.")
            : new Error(ErrorCodes.Unauthenticated, $"Only servers may do this: send {needed} as X-Api-Key."));
    }

    // What is refused counts as well.
    private static Error Counted(RequestCaller caller, Error refusal) => caller.Charge(Operation.Request) ?? refusal;

    // The gateway's own channels are no matter of patterns: what goes to everybody, or to one user, has a scope of its own.
    private static bool Covers(ApiKey key, string scope, string channel) =>
        channel.StartsWith(ChannelName.OfUser(string.Empty), StringComparison.Ordinal) ? key.Allows(ApiKeyScopes.Users)
        : channel == ChannelName.All && scope == ApiKeyScopes.Publish ? key.Allows(ApiKeyScopes.Broadcast)
        : key.Allows(scope, channel);
}
