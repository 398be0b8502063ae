using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Security;

/// <summary>Who was admitted.</summary>
/// <param name="Own">Who he is by his token.</param>
/// <param name="Key">The API key he came with, or null.</param>
internal sealed record Admitted(Identity Own, ApiKey? Key)
{
    /// <summary>Who he is by all that he showed; ends when the first of it does.</summary>
    public Identity Identity { get; } = Key is null ? Own : Own.WithKey(Key.Role, Key.ExpiresAt);
}
