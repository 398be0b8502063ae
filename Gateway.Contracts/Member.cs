using System.Text.Json;

namespace RealtimeGateway.Contracts;

/// <summary>Who is in a channel: a user with all his connections, or one connection of a guest.</summary>
/// <param name="Id"><c>user:ID</c>, or <c>guest:CONNECTION</c>.</param>
/// <param name="UserId">The user; null for a guest.</param>
/// <param name="Connections">How many connections of this member are subscribed.</param>
/// <param name="Profile">What the member tells of himself; null until he does.</param>
/// <param name="JoinedAt">When the first of these connections subscribed (RFC 3339, UTC).</param>
public sealed record Member(string Id, string? UserId, int Connections, JsonElement? Profile, DateTimeOffset JoinedAt);
