namespace RealtimeGateway.Client.Connections;

/// <summary>The connection ended before a call was answered; whether it had an effect is unknown.</summary>
internal sealed class ConnectionLostException(Exception? cause = null) : Exception("The connection was lost before the call was answered.", cause);
