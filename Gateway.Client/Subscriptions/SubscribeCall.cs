using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>A <c>Subscribe</c> that is on its way.</summary>
/// <param name="Subscription">Whose it is.</param>
/// <param name="Connection">The connection that is asked.</param>
/// <param name="Request">What it is asked.</param>
/// <param name="Before">What the connection has of it until it answers; null for nothing.</param>
internal sealed record SubscribeCall(Subscription Subscription, GatewayConnection Connection, SubscribeRequest Request, SubscriptionTerms? Before)
{
    /// <summary>Whether it is made later than those for which there was a connection to wait for.</summary>
    public bool IsLate { get; init; }
}
