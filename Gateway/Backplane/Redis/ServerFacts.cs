using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>What a server says of itself.</summary>
/// <param name="RunId">Another after each of its starts.</param>
internal sealed record ServerFacts(string RunId)
{
    private static readonly Version Least = new(7, 0);

    /// <exception cref="InvalidOperationException">It is too old.</exception>
    public static async Task<ServerFacts> ReadAsync(IDatabase database)
    {
        var lines = ((string?)await database.ExecuteAsync("INFO", "server") ?? string.Empty).Split('\n', StringSplitOptions.TrimEntries);
        var version = ValueOf("redis_version");
        return Version.TryParse(version, out var known) && known >= Least
            ? new ServerFacts(ValueOf("run_id"))
            : throw new InvalidOperationException($"Redis is {version}; the gateway needs {Least} or later.");

        string ValueOf(string name) => lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..] ?? string.Empty;
    }

    /// <summary>Whether it syncs each write to its disk before it answers. One that does not let that be asked is not believed to.</summary>
    public static async Task<bool> SyncsEachWriteAsync(IDatabase database)
    {
        try
        {
            return await SettingAsync("appendonly") == "yes" && await SettingAsync("appendfsync") == "always";
        }
        catch (RedisServerException)
        {
            return false;
        }

        async Task<string?> SettingAsync(string name) =>
            (RedisResult[]?)await database.ExecuteAsync("CONFIG", "GET", name) is [_, { } value] ? (string?)value : null;
    }
}
