namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>POST /api/users/{id}/revoke</c>, which may be left out.</summary>
/// <param name="Reason">What his sessions are told: a word of 1 to 64 printable characters; null for <c>unauthenticated</c>.</param>
public sealed record UserRevokeRequest(string? Reason = null);
