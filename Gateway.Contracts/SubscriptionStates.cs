namespace RealtimeGateway.Contracts;

/// <summary>The states of <see cref="SubscriptionMessage"/>.</summary>
public static class SubscriptionStates
{
    /// <summary>The right to read is gone; nothing more comes from this channel.</summary>
    public const string Revoked = "revoked";
}
