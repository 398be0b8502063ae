using System.Diagnostics;
using System.Net;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>
/// Three real gateways, each a process, over one real Redis. <c>chat:*</c> is open to all and keeps much history, <c>live:*</c> keeps
/// none, <c>team:{team}:*</c> is for the team.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>A key that may do everything.</summary>
    public const string ApiKey = "a key of a backend that only the tests know";

    private const int Size = 3;

    private static readonly (string Name, string Value)[] Environment =
    [
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("Gateway__Redis__Prefix", "faults:"),
        ("Gateway__Auth__Jwt__Secret", TestTokens.Secret),
        ("Gateway__Auth__ApiKeys__0__Name", "backend"),
        ("Gateway__Auth__ApiKeys__0__Sha256", TestApiKeys.Sha256(ApiKey)),
        ("Gateway__Auth__ApiKeys__0__Scopes__0", "admin"),
        ("Gateway__Channels__0__Pattern", "chat:*"),
        ("Gateway__Channels__0__Read__0", "any"),
        ("Gateway__Channels__0__Write__0", "any"),
        ("Gateway__Channels__0__Presence__0", "any"),
        ("Gateway__Channels__0__History__Size", "10000"),
        ("Gateway__Channels__0__History__Ttl", "00:10:00"),
        ("Gateway__Channels__1__Pattern", "live:*"),
        ("Gateway__Channels__1__Read__0", "any"),
        ("Gateway__Channels__1__Write__0", "any"),
        ("Gateway__Channels__1__Presence__0", "any"),
        ("Gateway__Channels__2__Pattern", "team:{team}:*"),
        ("Gateway__Channels__2__Read__0", "team:{team}"),
        ("Gateway__Channels__2__Write__0", "team:{team}"),
        ("Gateway__Channels__2__Presence__0", "team:{team}"),
        ("Gateway__Channels__2__History__Size", "10000"),
        ("Gateway__Channels__2__History__Ttl", "00:10:00"),
        ("Gateway__Limits__OutboundBytes", "16777216"),
    ];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly string[] _redisSettings;

    private Cluster(RedisServer redis, string[] redisSettings, (string Name, string Value)[] settings)
    {
        Redis = redis;
        _redisSettings = redisSettings;
        Nodes = [.. Enumerable.Range(1, Size).Select(n => new ClusterNode($"node {n}", redis.Port, Environment.Concat(settings)))];
    }

    public RedisServer Redis { get; }

    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Those from which an answer can be hoped for.</summary>
    public IReadOnlyList<ClusterNode> LiveNodes => [.. Nodes.Where(node => node.IsLive)];

    /// <summary>Whether Redis runs; whoever kills it himself says so.</summary>
    public bool IsRedisRunning { get; private set; } = true;

    /// <summary>Starts it, and returns when every node says that it is ready.</summary>
    /// <param name="redisSettings">Redis's, as on its command line; nothing is kept on disk by default.</param>
    /// <param name="settings">The gateways', as in the environment.</param>
    public static async Task<Cluster> StartAsync(string[]? redisSettings = null, params (string Name, string Value)[] settings)
    {
        var cluster = new Cluster(await RedisServer.StartAsync(redisSettings ?? []), redisSettings ?? [], settings);
        await cluster.HealAsync();
        return cluster;
    }

    /// <summary>Ends every fault, and returns when every node says that it is ready.</summary>
    public async Task HealAsync()
    {
        if (IsRedisRunning)
        {
            await Redis.ContinueAsync();
        }
        else
        {
            await RunRedisAsync(_redisSettings);
        }

        await Redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        foreach (var node in Nodes)
        {
            node.Link.Pass();
            if (node.IsPaused)
            {
                await node.ContinueAsync();
            }
        }

        await Task.WhenAll(Nodes.Where(node => !node.IsRunning).Select(node => node.StartAsync()));
        await Task.WhenAll(Nodes.Select(UntilReadyAsync));
    }

    /// <summary>Kills Redis: what it has not written is lost.</summary>
    public Task KillRedisAsync()
    {
        IsRedisRunning = false;
        return Redis.KillAsync();
    }

    /// <summary>Starts it again, on the files in its folder.</summary>
    public async Task RunRedisAsync(params string[] settings)
    {
        await Redis.RunAsync(settings);
        IsRedisRunning = true;
    }

    /// <summary>What a node says of itself to who asks whether it is ready.</summary>
    public async Task<(HttpStatusCode Status, string Body)> AskReadyAsync(ClusterNode node)
    {
        using var answer = await _http.GetAsync(node.Url + "health/ready");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Redis.DisposeAsync();
        _http.Dispose();
    }

    private async Task UntilReadyAsync(ClusterNode node)
    {
        var since = Stopwatch.StartNew();
        var (_, said) = await TryAskReadyAsync(node);
        while (said != """{"status":"ready"}""")
        {
            Assert.That(since.Elapsed, Is.LessThan(Bounds.Timeout), $"{node.Name} says {said}");
            await Task.Delay(100);
            (_, said) = await TryAskReadyAsync(node);
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> TryAskReadyAsync(ClusterNode node)
    {
        try
        {
            return await AskReadyAsync(node);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (default, exception.Message);
        }
    }
}
