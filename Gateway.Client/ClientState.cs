namespace RealtimeGateway.Client;

/// <summary>What a <see cref="RealtimeClient"/>'s connection is doing.</summary>
public enum ClientState
{
    /// <summary>Not connected, and not trying: not used yet, paused, or lost without automatic reconnecting.</summary>
    Disconnected,

    /// <summary>Trying for its first connection, or for one after it was disconnected.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Connected,

    /// <summary>The connection was lost, and it is trying for another.</summary>
    Reconnecting,

    /// <summary>It has given up, with an error. <see cref="RealtimeClient.ConnectAsync"/> or <see cref="RealtimeClient.ReconnectAsync"/> begin again.</summary>
    Error,

    /// <summary>It is being disposed, or has been. The last state.</summary>
    Disposing,
}
