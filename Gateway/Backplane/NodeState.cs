using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>A node that lives now.</summary>
/// <param name="Id">The node's name.</param>
/// <param name="Applied">How far it has applied the control log; null before it has said so.</param>
internal sealed record NodeState(string Id, Position? Applied);
