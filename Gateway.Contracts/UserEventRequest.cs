using System.Text.Json;

namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>POST /api/users/{id}/events</c>.</summary>
/// <param name="Event">The event's name, such as <c>user:update</c> (<see cref="UserEvents"/>), or any other.</param>
/// <param name="Data">The payload; absent means null. It is for the user's own sessions, and is no place for a token.</param>
/// <param name="Id">The idempotency key, as in <see cref="PublishRequest.Id"/>.</param>
public sealed record UserEventRequest(string? Event, JsonElement Data, string? Id = null);
