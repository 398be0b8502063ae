namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Redis</c>: the backplane that any number of gateways share. What is here is read once, at the start.</summary>
public sealed class RedisOptions
{
    /// <summary>
    /// Where Redis 7.0 or later is and how to log in, as StackExchange.Redis reads it: <c>localhost:6379</c>,
    /// <c>redis.internal:6380,ssl=true,password=…</c>. Default: none, and the gateway is one process that needs nothing beside it.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// What the names of all keys and channels in Redis begin with, 1 to 64 printable ASCII characters without braces. Default
    /// <c>rtg:</c>. Gateways with the same prefix are one; others on the same Redis do not see each other.
    /// </summary>
    public string Prefix { get; set; } = "rtg:";

    /// <summary>
    /// Whether Redis syncs each write to its disk before it answers (<c>appendonly yes</c>, <c>appendfsync always</c>), so that its restart
    /// loses nothing and every channel goes on in its epoch. Default false: each restart begins new epochs. It is believed only where Redis says
    /// the same of itself.
    /// </summary>
    public bool Durable { get; set; }
}
