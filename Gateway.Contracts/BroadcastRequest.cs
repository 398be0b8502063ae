using System.Text.Json;

namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>POST /api/broadcast</c>.</summary>
/// <param name="Event">The event's name, as in <see cref="PublishRequest.Event"/>.</param>
/// <param name="Data">The payload; absent means null.</param>
/// <param name="Id">The idempotency key, as in <see cref="PublishRequest.Id"/>.</param>
public sealed record BroadcastRequest(string? Event, JsonElement Data, string? Id = null);
