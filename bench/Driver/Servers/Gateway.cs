using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Bench.Driver.Dialects;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>The gateway, in one of the ways in which it is measured.</summary>
internal sealed class Gateway : Server
{
    public const string Hub = "/realtime";
    public const string Publish = "/api/publish";
    public const string PublishBatch = "/api/publish/batch";

    /// <summary>An API key that may publish everywhere.</summary>
    public const string ApiKey = "the-key-of-a-backend-that-publishes";

    private readonly TokenIssuer? _issuer;

    private Gateway(string name, IReadOnlyList<int> ports, IReadOnlyList<ServerProcess> parts, TokenIssuer? issuer)
        : base(name, new SignalRJson(Hub), ports, parts)
    {
        _issuer = issuer;
    }

    /// <summary>With all that it is for: each client is a user whose role decides what he may, and publications have positions and are kept.</summary>
    /// <param name="binary">RealtimeGateway.dll.</param>
    public static Gateway StartFull(string binary)
    {
        var issuer = new TokenIssuer();
        var (port, process) = StartNode(binary, Full(issuer));
        return new Gateway("gateway", [port], [process], issuer);
    }

    /// <summary>The same over a Redis of its own, which is a part of it.</summary>
    /// <param name="binary">RealtimeGateway.dll.</param>
    /// <param name="nodes">How many processes are one gateway.</param>
    public static Gateway StartOverRedis(string binary, int nodes)
    {
        var issuer = new TokenIssuer();
        var parts = new List<ServerProcess>();
        try
        {
            var (address, redis) = Redis.Start();
            parts.Add(redis);
            var ports = new List<int>();
            for (var i = 0; i < nodes; i++)
            {
                var (port, process) = StartNode(binary, [.. Full(issuer), ("Gateway__Redis__Configuration", address)]);
                ports.Add(port);
                parts.Add(process);
            }

            return new Gateway(nodes == 1 ? "one node over Redis" : $"{nodes} nodes over Redis", ports, parts, issuer);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    /// <summary>Open to anybody, without positions and history.</summary>
    /// <param name="binary">RealtimeGateway.dll.</param>
    public static Gateway StartPlain(string binary)
    {
        var (port, process) = StartNode(binary, [
            ("Gateway__Channels__0__Pattern", "team:{team}:*"),
            ("Gateway__Channels__0__Read__0", "any"),
            ("Gateway__Channels__0__Write__0", "any"),
        ]);
        return new Gateway("gateway, plain", [port], [process], issuer: null);
    }

    public override string? Token(int number) => _issuer?.Issue($"user-{number.ToString(CultureInfo.InvariantCulture)}", "bench/writer");

    public override string Channel(string name) => "team:bench:" + name;

    private static (string, string)[] Full(TokenIssuer issuer) =>
    [
        ("Gateway__Auth__Jwt__Secret", issuer.Secret),
        ("Gateway__Auth__ApiKeys__0__Name", "backend"),
        ("Gateway__Auth__ApiKeys__0__Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)))),
        ("Gateway__Auth__ApiKeys__0__Scopes__0", "publish"),
        ("Gateway__Channels__0__Pattern", "team:{team}:*"),
        ("Gateway__Channels__0__Read__0", "team:{team}"),
        ("Gateway__Channels__0__Write__0", "team:{team}/writer"),
        ("Gateway__Channels__0__History__Size", "100"),
        ("Gateway__Channels__0__History__Ttl", "00:10:00"),
    ];

    private static (int Port, ServerProcess Process) StartNode(string binary, (string, string)[] settings)
    {
        var port = ServerProcess.FreePort();
        var process = ServerProcess.Start(
            ["dotnet", binary, "--urls", $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"],
            [
                ("Logging__LogLevel__Default", "Warning"),

                // All clients come from one address here.
                ("Gateway__Limits__SessionsPerAddress", "100000"),
                .. settings,
            ],
            port);
        return (port, process);
    }
}
