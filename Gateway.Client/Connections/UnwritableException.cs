namespace RealtimeGateway.Client.Connections;

/// <summary>A call cannot be written, with what was thrown over it; nothing of it was sent, and the connection is as before.</summary>
internal sealed class UnwritableException(Exception cause) : Exception("The call cannot be written: " + cause.Message, cause);
