using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>The names of keys and channels in Redis. A channel's own name stands last in each, as it is: none is ever a pattern.</summary>
internal sealed class Names(string prefix)
{
    /// <summary>Which store this is: a hash of <c>id</c> and <c>run</c>, the run of the server that it was named in.</summary>
    public RedisKey Generation { get; } = prefix + "generation";

    /// <summary>The nodes by the end of their leases.</summary>
    public RedisKey Leases { get; } = prefix + "leases";

    /// <summary>How far each node has applied the control log.</summary>
    public RedisKey Applied { get; } = prefix + "applied";

    /// <summary>Which directory this is, when a node last renewed, and until when none is taken for dead.</summary>
    public RedisKey Directory { get; } = prefix + "directory";

    /// <summary>Members that are expected back, by the end of their graces.</summary>
    public RedisKey Graces { get; } = prefix + "graces";

    /// <summary>How many connections each channel has.</summary>
    public RedisKey Connections { get; } = prefix + "connections";

    /// <summary>The channels in use that clients chose, in the order of their names.</summary>
    public RedisKey Channels { get; } = prefix + "channels";

    /// <summary>What all nodes remember.</summary>
    public RedisKey Records { get; } = prefix + "records";

    /// <summary>When it may be forgotten.</summary>
    public RedisKey RecordEnds { get; } = prefix + "record-ends";

    /// <summary>What the names of the keys begin with that hold what a node has entered.</summary>
    public string EnteredPrefix { get; } = prefix + "entered:";

    /// <summary>What the names of the channels begin with that one node alone hears.</summary>
    public string NodePrefix { get; } = prefix + "node:";

    /// <summary>A channel's epoch and last offset.</summary>
    public RedisKey Position(string channel) => $"{prefix}position:{{{channel}}}";

    /// <summary>What a channel keeps.</summary>
    public RedisKey History(string channel) => $"{prefix}history:{{{channel}}}";

    /// <summary>The idempotency keys that a channel has seen.</summary>
    public RedisKey Seen(string channel) => $"{prefix}seen:{{{channel}}}";

    /// <summary>The same by their ends.</summary>
    public RedisKey SeenEnds(string channel) => $"{prefix}seen-ends:{{{channel}}}";

    /// <summary>The members of a channel, and under the empty name the version of that.</summary>
    public RedisKey Roster(string channel) => $"{prefix}roster:{{{channel}}}";

    /// <summary>The ids of the members in their order.</summary>
    public RedisKey Order(string channel) => $"{prefix}order:{{{channel}}}";

    /// <summary>The nodes that hear a channel that is heard by a registry.</summary>
    public RedisKey Registry(string channel) => $"{prefix}registry:{{{channel}}}";

    /// <summary>What a node has entered.</summary>
    public RedisKey Entered(string node) => EnteredPrefix + node;

    /// <summary>What a channel's hearers subscribe to.</summary>
    public string Heard(string channel) => $"{prefix}heard:{channel}";

    /// <summary>What one node alone subscribes to.</summary>
    public string NodeChannel(string node) => NodePrefix + node;

    /// <summary>
    /// Whether a channel is heard by a registry instead of a subscription of its own: users' own channels, of which there are as many as
    /// users, each heard by a node or two; and what is for one node.
    /// </summary>
    public static bool IsByRegistry(string channel) => channel.StartsWith("$user:", StringComparison.Ordinal);
}
