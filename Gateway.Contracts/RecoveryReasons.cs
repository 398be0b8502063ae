namespace RealtimeGateway.Contracts;

/// <summary>Why <see cref="ChannelResult.Recovered"/> is not true.</summary>
public static class RecoveryReasons
{
    /// <summary>The session received the channel already; nothing was asked of history.</summary>
    public const string Live = "live";

    /// <summary>The channel's store is another than the one that the position is of.</summary>
    public const string EpochChanged = "epoch_changed";

    /// <summary>The channel keeps no longer all that was missed.</summary>
    public const string Trimmed = "trimmed";

    /// <summary>More was missed than may be replayed.</summary>
    public const string TooFar = "too_far";

    /// <summary>The position is one that the channel has not reached.</summary>
    public const string PositionAhead = "position_ahead";

    /// <summary>What was missed cannot be read: the channel keeps no history, or its store does not answer.</summary>
    public const string Unavailable = "unavailable";
}
