using RealtimeGateway.Channels;

namespace RealtimeGateway.Sessions;

/// <summary>A subscription that was made. What was missed of its channels is yet to be given.</summary>
/// <param name="Order">What was asked for.</param>
/// <param name="Joining">The channels that were joined for it.</param>
internal sealed record MadeSubscription(SubscriptionOrder Order, IReadOnlyDictionary<string, Joining> Joining);
