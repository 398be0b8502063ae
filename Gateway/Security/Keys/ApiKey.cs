using System.Net;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Security.Keys;

/// <summary>One valid API key, known only by its hash.</summary>
/// <param name="Role"><c>key:NAME</c>.</param>
/// <param name="Hash">SHA-256, 32 bytes.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="Channels">In which channels; null for all of them.</param>
/// <param name="ExpiresAt">When it stops to be valid; null for never.</param>
/// <param name="Origins">The pages that may show it; null for all, and for programs.</param>
/// <param name="Networks">From where it may be shown; null for anywhere.</param>
internal sealed record ApiKey(
    Role Role,
    byte[] Hash,
    IReadOnlySet<string> Scopes,
    IReadOnlyList<ChannelPattern>? Channels,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<OriginPattern>? Origins,
    IReadOnlyList<IPNetwork>? Networks)
{
    /// <summary>Whether who shows it may be a client, as <c>key:NAME</c>.</summary>
    public bool CanConnect => Scopes.Contains(ApiKeyScopes.Connect);

    /// <summary>Whether it is good for something that concerns no channel.</summary>
    public bool Allows(string scope) => Scopes.Contains(scope) || scope != ApiKeyScopes.Connect && Scopes.Contains(ApiKeyScopes.Admin);

    /// <summary>Whether it is good for something in a channel.</summary>
    public bool Allows(string scope, string channel) =>
        scope != ApiKeyScopes.Connect && Scopes.Contains(ApiKeyScopes.Admin)
        || Scopes.Contains(scope) && (Channels is null || Channels.Any(pattern => pattern.TryMatch(channel, out _)));

    /// <summary>Why it does not count when it is shown from there; null when it does. What is allowed instead is nobody's business.</summary>
    public Error? FindMisplacement(Whereabouts from)
    {
        if (Networks is not null && !(from.Peer is { } peer && Networks.Any(network => network.Has(peer))))
        {
            return new Error(ErrorCodes.PermissionDenied, "The API key is not valid from this address.");
        }

        return Origins is null ? null
            : from.Origin is not { } origin ? new Error(ErrorCodes.PermissionDenied, "The API key is for pages in a browser; this request has no Origin.")
            : Origins.Any(pattern => pattern.Matches(origin)) ? null
            : new Error(ErrorCodes.PermissionDenied, "The API key is not valid from this origin.");
    }
}
