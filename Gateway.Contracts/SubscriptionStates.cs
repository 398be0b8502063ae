namespace RealtimeGateway.Contracts;

/// <summary>The states of <see cref="SubscriptionMessage"/>.</summary>
public static class SubscriptionStates
{
    /// <summary>The right to read is gone; nothing more comes from this channel.</summary>
    public const string Revoked = "revoked";

    /// <summary>
    /// Something of this channel was not told. With the reason <see cref="Presence"/>, changes of its members: list them again. With one
    /// of <see cref="RecoveryReasons"/>, publications: they are lost for this session, and it hears what comes after the position.
    /// </summary>
    public const string Gap = "gap";

    /// <summary>
    /// How far the session is, told where publications passed it over (event patterns, filter, readers, or its own without echo):
    /// the position from which to recover.
    /// </summary>
    public const string Position = "position";

    /// <summary>The reason of a <see cref="Gap"/> in what was told of the members.</summary>
    public const string Presence = "presence";
}
