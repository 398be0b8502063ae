using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RealtimeGateway.Tests.Support;

/// <summary>A whole gateway on real Kestrel, on a free port of loopback.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    // Tests connect several at once.
    private readonly ConcurrentBag<IAsyncDisposable> _clients = [];

    private TestGateway(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Url = new Uri(addresses.Addresses.Single());
        Http = new HttpClient { BaseAddress = Url };
    }

    public Uri Url { get; }

    public string HubUrl => new Uri(Url, "/realtime").ToString();

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Whether the .NET clients that are connected from here on speak MessagePack.</summary>
    public bool SpeaksMessagePack { get; set; }

    /// <summary>
    /// Starts a gateway that knows the tests' secret and these channels: <c>chat:*</c> open to all, observers hidden, and keeping history,
    /// <c>live:*</c> the same without history, <c>team:{team}:*</c> for the team, <c>silent:*</c> readable and nothing more.
    /// </summary>
    /// <param name="settings">Further settings, as <c>("Auth:RequireSession", "true")</c>.</param>
    /// <param name="services">Further services, before the gateway's own.</param>
    /// <param name="pipeline">What requests pass before the gateway.</param>
    /// <param name="sources">Where settings come from beside these, the last with the last word.</param>
    public static async Task<TestGateway> StartAsync(
        IEnumerable<(string Key, string Value)>? settings = null,
        Action<IServiceCollection>? services = null,
        Action<IApplicationBuilder>? pipeline = null,
        params IConfigurationSource[] sources)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(Standard.Concat(settings ?? [])
            .Select(setting => KeyValuePair.Create("Gateway:" + setting.Key, (string?)setting.Value)));
        foreach (var source in sources)
        {
            builder.Configuration.Sources.Add(source);
        }

        services?.Invoke(builder.Services);
        builder.Services.AddRealtimeGateway();
        var app = builder.Build();
        pipeline?.Invoke(app);
        app.MapRealtimeGateway();
        await app.StartAsync();
        return new TestGateway(app);
    }

    /// <summary>A .NET client that is connected; it ends with the gateway.</summary>
    public async Task<TestClient> ConnectAsync(string? token = null, string? apiKey = null)
    {
        var client = await TestClient.ConnectAsync(apiKey is null ? HubUrl : $"{HubUrl}?api_key={Uri.EscapeDataString(apiKey)}", token, SpeaksMessagePack);
        _clients.Add(client);
        return client;
    }

    /// <summary>A bare WebSocket that speaks the protocol by hand; it ends with the gateway.</summary>
    public async Task<RawClient> ConnectRawAsync(string? token = null)
    {
        var client = await RawClient.ConnectAsync(HubUrl, token);
        _clients.Add(client);
        return client;
    }

    /// <summary>The same, for MessagePack.</summary>
    public async Task<RawMessagePackClient> ConnectRawMessagePackAsync()
    {
        var client = await RawMessagePackClient.ConnectAsync(HubUrl);
        _clients.Add(client);
        return client;
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request);
    }

    /// <summary>Stops it as its host does, with its farewell to clients and to other nodes.</summary>
    public Task StopAsync() => _app.StopAsync().InTime();

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static readonly (string Key, string Value)[] Standard =
    [
        ("Auth:Jwt:Secret", TestTokens.Secret),
        ("Broadcast:0", "label:admin"),
        ("Channels:0:Pattern", "chat:*"),
        ("Channels:0:Read:0", "any"),
        ("Channels:0:Write:0", "any"),
        ("Channels:0:Presence:0", "any"),
        ("Channels:0:Hidden:0", "label:observer"),
        ("Channels:0:History:Size", "100"),
        ("Channels:1:Pattern", "live:*"),
        ("Channels:1:Read:0", "any"),
        ("Channels:1:Write:0", "any"),
        ("Channels:1:Presence:0", "any"),
        ("Channels:2:Pattern", "team:{team}:*"),
        ("Channels:2:Read:0", "team:{team}"),
        ("Channels:2:Write:0", "team:{team}/editor"),
        ("Channels:2:Presence:0", "team:{team}"),
        ("Channels:3:Pattern", "silent:*"),
        ("Channels:3:Read:0", "any"),
    ];
}
