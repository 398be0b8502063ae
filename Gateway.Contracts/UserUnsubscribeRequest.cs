namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>POST /api/users/{id}/unsubscribe</c>.</summary>
/// <param name="Channels">The channels that all of the user's sessions lose, 1 or more.</param>
public sealed record UserUnsubscribeRequest(IReadOnlyList<string>? Channels);
