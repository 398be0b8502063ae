using RealtimeGateway.Channels;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>One of the forms in which the hub and a client speak.</summary>
/// <param name="Protocol">How SignalR's messages are read and written.</param>
/// <param name="Encoding">How what many clients get is written in it. It has the protocol's name.</param>
/// <param name="Framing">How messages stand one behind another.</param>
internal sealed record HubFormat(GatewayHubProtocol Protocol, IEncoding Encoding, IFraming Framing);
