using System.Collections.Frozen;

namespace RealtimeGateway.Security.Keys;

/// <summary>What an API key can be good for.</summary>
internal static class ApiKeyScopes
{
    /// <summary>To connect and subscribe, as <c>key:NAME</c>.</summary>
    public const string Connect = "connect";

    /// <summary>To publish in the key's channels.</summary>
    public const string Publish = "publish";

    /// <summary>To publish to every session.</summary>
    public const string Broadcast = "broadcast";

    /// <summary>To list the key's channels, and see how many sessions each has.</summary>
    public const string Read = "read";

    /// <summary>To see who is in the key's channels.</summary>
    public const string Presence = "presence";

    /// <summary>To read and to delete what the key's channels keep.</summary>
    public const string History = "history";

    /// <summary>To list, disconnect, unsubscribe and revoke users, to set their roles, and to send them events.</summary>
    public const string Users = "users";

    /// <summary>Everything but to connect, in every channel, and the node's numbers.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } = [Connect, Publish, Broadcast, Read, Presence, History, Users, Admin];
}
