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

    /// <summary>Hands over a change of the channel's members, or tells in time that some were left out.</summary>
    void DeliverPresence(Outbound message);

    /// <summary>Changes of the channel's members were not told.</summary>
    void OnPresenceMissed();
}
