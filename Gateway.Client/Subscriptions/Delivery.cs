using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>What waits for a subscription's handler: a publication or a notice.</summary>
internal readonly record struct Delivery(EventMessage? Message, SubscriptionNotice? Notice);
