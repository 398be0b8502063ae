using System.Text.Json;

namespace RealtimeGateway.Edges.Rest;

/// <summary>Who a development token is to be.</summary>
internal sealed record DevTokenRequest
{
    /// <summary>The user's id.</summary>
    public string? UserId { get; init; }

    public bool Verified { get; init; }

    public IReadOnlyList<string> Teams { get; init; } = [];

    public IReadOnlyList<string> Memberships { get; init; } = [];

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Rights beside the policies, <c>{ "chat:42": ["read"] }</c>.</summary>
    public JsonElement? Channels { get; init; }

    /// <summary>Seconds until it expires. Default one hour.</summary>
    public int ExpiresIn { get; init; } = 3600;
}
