using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>Finds out which store it is that a connection leads to, its generation, and gives it the scripts.</summary>
internal sealed partial class StoreName(RedisSettings settings, Names names, ILogger logger)
{
    /// <summary>In this order, so that nothing can be written before it is known what store that is.</summary>
    /// <param name="database">The store.</param>
    /// <param name="disowned">The generation that has been found to have lost something; null for none.</param>
    /// <exception cref="InvalidOperationException">The server is too old.</exception>
    public async Task<string> FindAsync(IDatabase database, string? disowned)
    {
        var server = await ServerFacts.ReadAsync(database);
        var survives = settings.Durable && await ServerFacts.SyncsEachWriteAsync(database);
        if (settings.Durable && !survives)
        {
            LogNotDurable();
        }

        await LoadAsync(RedisScript.Identify);
        RedisValue[] arguments = [server.RunId, Epoch.New(), survives ? "1" : string.Empty, disowned ?? string.Empty];
        var answer = (RedisResult[])(await database.ScriptEvaluateAsync(RedisScript.Identify.Hash, [names.Generation], arguments))!;
        await Task.WhenAll(RedisScript.All.Select(LoadAsync));
        return (string)answer[1]!;

        Task LoadAsync(RedisScript script) => database.ExecuteAsync("SCRIPT", "LOAD", script.Text);
    }

    [LoggerMessage(5, LogLevel.Warning, "Gateway:Redis:Durable is set, and Redis does not say of itself that it has appendonly yes and appendfsync always: its restarts begin new epochs.")]
    private partial void LogNotDurable();
}
