namespace RealtimeGateway.Edges.SignalR;

/// <summary>What a SignalR client may send, and how it may begin.</summary>
/// <param name="MessageBytes">Bytes of one message.</param>
/// <param name="HandshakeTimeout">How long a new connection may take for its handshake.</param>
/// <param name="UnfinishedPerAddress">Connections of one address that may be on their way there.</param>
/// <param name="Negotiated">Connections that one client may have negotiated and not taken up.</param>
internal sealed record InboundLimits(int MessageBytes, TimeSpan HandshakeTimeout, int UnfinishedPerAddress, int Negotiated);
