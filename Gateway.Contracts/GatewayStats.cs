namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>GET /api/stats</c>: what the node that answers has now.</summary>
/// <param name="Sessions">Sessions.</param>
/// <param name="Users">Different users among them.</param>
/// <param name="Channels">Channels that clients chose and somebody is in.</param>
public sealed record GatewayStats(int Sessions, int Users, int Channels);
