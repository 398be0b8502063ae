namespace RealtimeGateway.Sessions;

/// <summary>When a client is slow.</summary>
/// <param name="Bytes">Bytes that may wait for it.</param>
/// <param name="WriteTimeout">How long one write may be stuck.</param>
internal sealed record OutboundLimits(int Bytes, TimeSpan WriteTimeout);
