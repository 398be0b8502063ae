namespace RealtimeGateway.Backplane;

/// <summary>Where the broker brings what this node asked to hear.</summary>
internal interface IBrokerHandler
{
    /// <summary>
    /// Called once for each publication of a channel, one at a time and in the order of offsets. It must not wait: whoever
    /// publishes may be held up by it.
    /// </summary>
    void OnPublication(Publication publication);
}
