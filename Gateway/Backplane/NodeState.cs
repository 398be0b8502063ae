using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>A node that lives now.</summary>
/// <param name="Id">The node's name.</param>
/// <param name="Applied">How far it has applied the control log; null before it has said so.</param>
internal sealed record NodeState(string Id, Position? Applied)
{
    /// <summary>Whether it has applied the log up to there. Of a position of another epoch nobody can say.</summary>
    public bool HasApplied(Position position) => Applied is { } applied && applied.Epoch == position.Epoch && applied.Offset >= position.Offset;
}
