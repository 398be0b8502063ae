using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Whom an <see cref="InboundPipe"/> asks, and tells what it finds.</summary>
internal interface IInboundGuard
{
    /// <summary>How the messages of a protocol of this name are framed; null for a protocol that is not spoken.</summary>
    IFraming? FramingOf(string protocol);

    /// <summary>A message is too large, and its end has not come.</summary>
    void OnEndless();

    /// <summary>A message was dropped, of which all has come.</summary>
    void OnRefused(IFrameScanner frame, Error error);
}
