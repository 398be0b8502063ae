using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>One session of a user.</summary>
/// <param name="ConnectionId">Its connection, by which <c>IHubContext</c> reaches it.</param>
/// <param name="Since">Since when it is this user's (RFC 3339, UTC).</param>
public sealed record UserSession(
    string ConnectionId,
    [property: JsonConverter(typeof(UtcTimeConverter))] DateTimeOffset Since);
