using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>Who is in a channel: a user with all his connections, or one connection of a guest.</summary>
/// <param name="Id"><c>user:ID</c>, or <c>guest:CONNECTION</c>.</param>
/// <param name="UserId">The user; null for a guest.</param>
/// <param name="Connections">How many connections of this member are subscribed; 0 while he is expected back.</param>
/// <param name="Profile">What one of his connections told last of him, an object; null until one does.</param>
/// <param name="JoinedAt">Since when he is there without a break (RFC 3339, UTC).</param>
public sealed record Member(
    string Id,
    string? UserId,
    int Connections,
    JsonElement? Profile,
    [property: JsonConverter(typeof(UtcTimeConverter))] DateTimeOffset JoinedAt)
{
    /// <summary>The id of the member that a connection belongs to.</summary>
    public static string IdOf(string? userId, string connectionId) => userId is null ? "guest:" + connectionId : "user:" + userId;
}
