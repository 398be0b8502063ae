using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The callbacks of a client. Server code may call them through <c>IHubContext&lt;RealtimeHub, IRealtimeClient&gt;</c>; such a
/// message has no position, is in no history, and has no order against publications.
/// </summary>
public interface IRealtimeClient
{
    /// <summary>A publication of a channel (<c>event</c> on the wire).</summary>
    Task Event(EventMessage message);

    /// <summary>Who came, went or changed in a channel (<c>presence</c> on the wire).</summary>
    Task Presence(PresenceMessage message);

    /// <summary>What became of a subscribed channel (<c>subscription</c> on the wire).</summary>
    Task Subscription(SubscriptionMessage message);
}
