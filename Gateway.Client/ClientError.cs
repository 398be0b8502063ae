namespace RealtimeGateway.Client;

/// <summary>Something that failed where nobody waits for it: an attempt to connect, a token, a handler, a subscription that may not return.</summary>
/// <param name="Exception">What failed; a <see cref="Contracts.RealtimeException"/> where the gateway refused something.</param>
/// <param name="SubscriptionId">The subscription that it concerns; null for none.</param>
public sealed record ClientError(Exception Exception, string? SubscriptionId = null);
