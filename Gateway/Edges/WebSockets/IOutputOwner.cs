namespace RealtimeGateway.Edges.WebSockets;

/// <summary>Who writes to a <see cref="WebSocketConnection"/>, and alone may flush it.</summary>
internal interface IOutputOwner
{
    /// <summary>There is a control frame to go with the next flush: if none is coming, let one come.</summary>
    void OnControl();
}
