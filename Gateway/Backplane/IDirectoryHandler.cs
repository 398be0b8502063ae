namespace RealtimeGateway.Backplane;

/// <summary>Where the directory brings what this node asked to hear.</summary>
internal interface IDirectoryHandler
{
    /// <summary>Called once for each change of a channel's members, one at a time and in order. It must not wait.</summary>
    void OnPresence(PresenceChange change);

    /// <summary>
    /// Changes were not told, and from now on they are again: what was put together of them is no longer what can be read.
    /// </summary>
    void OnPresenceMissed();
}
