using System.Buffers.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>An OpenID Connect issuer on real Kestrel, on a free port of loopback; it has nothing but discovery and keys.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _askings = new(0);
    private int _requests;

    private TestIssuer(WebApplication app) => _app = app;

    public string Url { get; private set; } = null!;

    /// <summary>What its discovery document calls it.</summary>
    public string? Name { get; set; }

    /// <summary>Whether it signs with another RSA key now, which it calls by the same name.</summary>
    public bool HasOtherKey { get; set; }

    /// <summary>Whether it shows no keys now.</summary>
    public bool HasNoKeys { get; set; }

    /// <summary>Whether it has no document now.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often it was asked for its discovery document.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Completes when it is asked, once for each time.</summary>
    public Task AskedAsync() => _askings.WaitAsync().InTime();

    /// <summary>What it answers after.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var issuer = new TestIssuer(builder.Build());
        issuer._app.MapGet("/.well-known/openid-configuration", issuer.Discovery);
        issuer._app.MapGet("/keys", issuer.Keys);
        await issuer._app.StartAsync();
        issuer.Name = issuer.Url = issuer._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return issuer;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> Discovery()
    {
        Interlocked.Increment(ref _requests);
        _askings.Release();
        await Answers;
        return IsDown ? Results.NotFound() : Results.Json(new { issuer = Name, jwks_uri = Url + "/keys" });
    }

    private IResult Keys()
    {
        var rsa = (HasOtherKey ? TestKeys.OtherRsa : TestKeys.Rsa).ExportParameters(includePrivateParameters: false);
        var ec = TestKeys.P256.ExportParameters(includePrivateParameters: false);
        return Results.Json(new
        {
            keys = HasNoKeys ? [] : new object[]
            {
                new { kty = "RSA", use = "sig", kid = "rsa", n = Base64Url.EncodeToString(rsa.Modulus), e = Base64Url.EncodeToString(rsa.Exponent) },
                new { kty = "EC", use = "sig", kid = "ec", crv = "P-256", x = Base64Url.EncodeToString(ec.Q.X), y = Base64Url.EncodeToString(ec.Q.Y) },
            },
        });
    }
}
