using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>Arithmetic of positions.</summary>
internal static class Positions
{
    /// <summary>Where a publication stands; null where its channel keeps no history.</summary>
    public static Position? Of(EventMessage message) => message is { Epoch: { } epoch, Offset: { } offset } ? new Position(epoch, offset) : null;

    /// <summary>Whether whoever is at <paramref name="known"/> has had <paramref name="other"/>.</summary>
    public static bool Covers(this Position? known, Position? other) =>
        known is not null && other is not null && known.Epoch == other.Epoch && other.Offset <= known.Offset;

    /// <summary>Why what is between them cannot be read from history, one of <see cref="RecoveryReasons"/>; null where it can.</summary>
    public static string? FindObstacle(Position since, Position? top) =>
        top is null ? RecoveryReasons.Unavailable
        : top.Epoch != since.Epoch ? RecoveryReasons.EpochChanged
        : top.Offset < since.Offset ? RecoveryReasons.PositionAhead
        : null;
}
