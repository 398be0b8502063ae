using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Security.Keys;

/// <summary>One valid API key, known only by its hash.</summary>
/// <param name="Role"><c>key:NAME</c>.</param>
/// <param name="Hash">SHA-256, 32 bytes.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="Channels">In which channels; null for all of them.</param>
/// <param name="ExpiresAt">When it stops to be valid; null for never.</param>
internal sealed record ApiKey(
    Role Role,
    byte[] Hash,
    IReadOnlySet<string> Scopes,
    IReadOnlyList<ChannelPattern>? Channels,
    DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether it is good for something that concerns no channel.</summary>
    public bool Allows(string scope) => Scopes.Contains(scope) || scope != ApiKeyScopes.Connect && Scopes.Contains(ApiKeyScopes.Admin);

    /// <summary>Whether it is good for something in a channel.</summary>
    public bool Allows(string scope, string channel) =>
        scope != ApiKeyScopes.Connect && Scopes.Contains(ApiKeyScopes.Admin)
        || Scopes.Contains(scope) && (Channels is null || Channels.Any(pattern => pattern.TryMatch(channel, out _)));
}
