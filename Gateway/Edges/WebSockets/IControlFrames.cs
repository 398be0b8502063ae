namespace RealtimeGateway.Edges.WebSockets;

/// <summary>Where control frames go to the client (RFC 6455, section 5.5).</summary>
internal interface IControlFrames
{
    /// <summary>Sends one, as soon as the messages leave room for it.</summary>
    /// <param name="opcode">What kind of frame it is.</param>
    /// <param name="payload">At most 125 bytes.</param>
    void Send(Opcode opcode, ReadOnlySpan<byte> payload);
}
