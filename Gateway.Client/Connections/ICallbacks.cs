using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>
/// Hears what the gateway tells, one after another and in the order in which it was sent. Nothing here may wait: while it runs,
/// nothing else is read from the connection.
/// </summary>
internal interface ICallbacks
{
    /// <summary>A publication.</summary>
    void OnEvent(EventMessage message);

    /// <summary>A change of a channel's members.</summary>
    void OnPresence(PresenceMessage message);

    /// <summary>What became of a channel.</summary>
    void OnNotice(SubscriptionMessage message);

    /// <summary>The answer of a <c>Subscribe</c>, before whatever was sent after it.</summary>
    /// <param name="request">The very object that it was asked with.</param>
    /// <param name="result">The answer.</param>
    void OnSubscribed(SubscribeRequest request, SubscribeResult result);

    /// <summary>A callback came that cannot be read.</summary>
    void OnUnreadable(string callback, Exception exception);
}
