namespace RealtimeGateway.Security;

/// <summary>What can be allowed on a channel.</summary>
public enum Right
{
    /// <summary>Subscribe, recover, and read its history.</summary>
    Read,

    /// <summary>Publish.</summary>
    Write,

    /// <summary>See who is in it. Reading does not imply it.</summary>
    Presence,

    /// <summary>Be in it without being seen. Seeing the others is <see cref="Presence"/>.</summary>
    Hidden,

    /// <summary>Publish to every session (<c>$all</c>).</summary>
    Broadcast,
}
