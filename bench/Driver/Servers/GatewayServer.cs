using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>The gateway, in one of the two ways in which it is measured.</summary>
internal sealed class GatewayServer : Server
{
    public const string Hub = "/realtime";

    private readonly TokenIssuer? _issuer;

    private GatewayServer(string name, int port, ServerProcess process, TokenIssuer? issuer)
        : base(name, port, process)
    {
        _issuer = issuer;
    }

    /// <summary>With all that it is for: each client is a user whose role decides what he may, and publications have positions and are kept.</summary>
    /// <param name="binary">RealtimeGateway.dll.</param>
    public static GatewayServer StartFull(string binary)
    {
        var issuer = new TokenIssuer();
        return Start("gateway", binary, issuer, [
            ("Gateway__Auth__Jwt__Secret", issuer.Secret),
            ("Gateway__Channels__0__Pattern", "team:{team}:*"),
            ("Gateway__Channels__0__Read__0", "team:{team}"),
            ("Gateway__Channels__0__Write__0", "team:{team}/writer"),
            ("Gateway__Channels__0__History__Size", "100"),
            ("Gateway__Channels__0__History__Ttl", "00:10:00"),
        ]);
    }

    /// <summary>Open to anybody, without positions and history.</summary>
    /// <param name="binary">RealtimeGateway.dll.</param>
    public static GatewayServer StartPlain(string binary) => Start("gateway, plain", binary, issuer: null, [
        ("Gateway__Channels__0__Pattern", "team:{team}:*"),
        ("Gateway__Channels__0__Read__0", "any"),
        ("Gateway__Channels__0__Write__0", "any"),
    ]);

    public override string? Token(int number) => _issuer?.Issue($"user-{number.ToString(CultureInfo.InvariantCulture)}", "bench/writer");

    public override string Channel(string name) => "team:bench:" + name;

    private static GatewayServer Start(string name, string binary, TokenIssuer? issuer, (string, string)[] settings)
    {
        var port = ServerProcess.FreePort();
        var process = ServerProcess.Start(
            ["dotnet", binary, "--urls", $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"],
            [("Logging__LogLevel__Default", "Warning"), .. settings],
            "RealtimeGateway is ready");
        return new GatewayServer(name, port, process, issuer);
    }
}
