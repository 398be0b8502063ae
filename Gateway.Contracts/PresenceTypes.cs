namespace RealtimeGateway.Contracts;

/// <summary>What a <see cref="PresenceMessage"/> can tell.</summary>
public static class PresenceTypes
{
    /// <summary>The member's first connection has subscribed.</summary>
    public const string Join = "join";

    /// <summary>The member's last connection is gone, and its grace has passed.</summary>
    public const string Leave = "leave";

    /// <summary>The member has another profile.</summary>
    public const string Update = "update";
}
