using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>Where the broker brings what this node asked to hear.</summary>
internal interface IBrokerHandler
{
    /// <summary>
    /// Called once for each publication of a channel, one at a time and in the order of offsets. It must not wait: whoever
    /// publishes may be held up by it.
    /// </summary>
    void OnPublication(Publication publication);

    /// <summary>
    /// Something was published that cannot be brought any more: the store lost it, or keeps it no longer. What comes next follows
    /// <paramref name="top"/>. It must not wait.
    /// </summary>
    /// <param name="top">The position after which everything is brought again; of another epoch when the store is another one.</param>
    /// <param name="reason">Why, one of <see cref="RecoveryReasons"/>.</param>
    void OnGap(Position top, string reason);

    /// <summary>Called for each message that was sent by <see cref="IBroker.SendAsync"/>. It must not wait.</summary>
    void OnMessage(ReadOnlyMemory<byte> message);
}
