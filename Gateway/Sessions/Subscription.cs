namespace RealtimeGateway.Sessions;

/// <summary>One interest of a session.</summary>
/// <param name="Id">Its id within the session.</param>
/// <param name="Channels">The channels.</param>
/// <param name="Echo">Whether it wants what its own connection publishes.</param>
internal sealed record Subscription(string Id, IReadOnlySet<string> Channels, bool Echo)
{
    /// <summary>The id of the subscription that a session gets by naming none.</summary>
    public const string Default = "default";

    /// <summary>
    /// The id of what the server granted (<c>Groups.AddToGroupAsync</c>). No client can choose it, and no permission is asked
    /// for it: it lasts as long as the session is the same user.
    /// </summary>
    public const string Grants = "$grants";

    /// <summary>The id of the channels that every session is in: broadcasts, and a user's own events.</summary>
    public const string Implicit = "$implicit";

    /// <summary>Whether it is the gateway's own: no client can choose such an id.</summary>
    public bool IsGateways => Id[0] == '$';
}
