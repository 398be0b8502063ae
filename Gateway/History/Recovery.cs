using RealtimeGateway.Contracts;

namespace RealtimeGateway.History;

/// <summary>Whether a subscriber can be given all that it missed (promise 4). Arithmetic only.</summary>
internal static class Recovery
{
    /// <summary>Decides by the position that the subscriber has and what its channel keeps.</summary>
    /// <param name="since">The last position that it has.</param>
    /// <param name="top">The position of the channel's last publication.</param>
    /// <param name="kept">How many publications the channel keeps: the newest ones, up to the top.</param>
    /// <param name="limit">How many missed publications may be replayed.</param>
    /// <returns>Null when it can; else why not, one of <see cref="RecoveryReasons"/>.</returns>
    public static string? FindObstacle(Position since, Position top, int kept, int limit)
    {
        // Positions of different epochs cannot be compared, so the epoch comes first.
        if (since.Epoch != top.Epoch)
        {
            return RecoveryReasons.EpochChanged;
        }

        var missed = top.Offset - since.Offset;
        return missed < 0 ? RecoveryReasons.PositionAhead
            : missed > kept ? RecoveryReasons.Trimmed
            : missed > limit ? RecoveryReasons.TooFar
            : null;
    }
}
