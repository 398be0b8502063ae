using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>One connection in one channel. All connections of a user there are one member; each of a guest is one.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="UserId">Whose it is; null for a guest.</param>
/// <param name="Profile">What it tells of its user, an object; null for nothing.</param>
/// <param name="EnteredAt">When it came into the channel.</param>
internal sealed record Occupant(string ConnectionId, string? UserId, JsonElement? Profile, DateTimeOffset EnteredAt)
{
    /// <summary>The member that it is, or is one of.</summary>
    public string MemberId => Member.IdOf(UserId, ConnectionId);
}
