namespace RealtimeGateway.Sessions;

/// <summary>Whose <see cref="OutboundQueue"/> it is.</summary>
internal interface IQueueOwner
{
    /// <summary>The client is slow: told once, by whoever found that out and does not wait for the end. The queue has stopped.</summary>
    void OnSlow();
}
