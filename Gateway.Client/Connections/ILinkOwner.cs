using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>Hears what becomes of a <see cref="Link"/>'s connections, in order. Nothing here may wait.</summary>
internal interface ILinkOwner
{
    /// <summary>The state is another.</summary>
    void OnState(ConnectionStateChange change);

    /// <summary>There is a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isReturn">Whether there was one before.</param>
    void OnConnected(GatewayConnection connection, bool isReturn);

    /// <summary>The connection is no more.</summary>
    void OnLost();

    /// <summary>There will be none, until it is begun again by hand.</summary>
    void OnGivenUp(RealtimeException error);

    /// <summary>An attempt failed.</summary>
    void OnFailure(Exception exception);
}
