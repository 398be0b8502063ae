namespace RealtimeGateway.Channels;

/// <summary>One session in one channel, as the channel sees it.</summary>
internal interface ISubscriber
{
    string ConnectionId { get; }

    /// <summary>The user, or null for a guest.</summary>
    string? UserId { get; }

    DateTimeOffset JoinedAt { get; }

    /// <summary>Whether it wants what its own connection publishes.</summary>
    bool WantsEcho { get; }

    /// <summary>Hands over a message. It must not wait: the whole audience would.</summary>
    void Deliver(Outbound message);
}
