namespace RealtimeGateway.Channels;

/// <summary>Where a client is sent to.</summary>
internal interface IOutlet
{
    /// <summary>
    /// Sends a message, if this client's wire has a word for it, and makes nobody wait. A client that has too much unsent is closed
    /// instead (promise 7).
    /// </summary>
    void Send(Outbound message);
}
