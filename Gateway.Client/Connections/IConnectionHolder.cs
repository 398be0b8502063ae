namespace RealtimeGateway.Client.Connections;

/// <summary>Has the connection that there is. Nothing here may wait.</summary>
internal interface IConnectionHolder
{
    /// <summary>This is the connection, before anybody hears of it.</summary>
    void Hold(GatewayConnection connection);

    /// <summary>All that goes by it has begun: whoever waits for it may go on.</summary>
    void Ready(GatewayConnection connection);

    /// <summary>There is none any more, before anybody hears of it.</summary>
    void Release();
}
