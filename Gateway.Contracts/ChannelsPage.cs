using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>GET /api/channels</c>: one page of the channels in use.</summary>
/// <param name="Channels">The channels, in the order of their names (ordinal).</param>
/// <param name="Cursor">What to ask the next page with; absent on the last one. A page may be short, even empty, and have one.</param>
public sealed record ChannelsPage(
    IReadOnlyList<ChannelSessions> Channels,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cursor = null);
