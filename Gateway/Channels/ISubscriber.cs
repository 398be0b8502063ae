namespace RealtimeGateway.Channels;

/// <summary>One session in one channel, as the channel sees it.</summary>
internal interface ISubscriber
{
    string ConnectionId { get; }

    /// <summary>Whether it wants what its own connection causes.</summary>
    bool WantsEcho { get; }

    /// <summary>Whether it may see who comes and goes.</summary>
    bool SeesPresence { get; }

    /// <summary>Hands over a message. It must not wait: the whole audience would.</summary>
    void Deliver(Outbound message);
}
