using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.EndToEnd.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>A gateway, a link to it that can fail, and clients that go by that link.</summary>
public abstract class ClientFixture
{
    private protected const string Lobby = "chat:lobby";

    private readonly ConcurrentBag<RealtimeClient> _clients = [];

    private protected TestGateway Gateway { get; private set; } = null!;

    private protected TcpProxy Proxy { get; private set; } = null!;

    /// <summary>Publishes from beside the link.</summary>
    private protected IRealtimePublisher Server { get; private set; } = null!;

    /// <summary>Says to clients whatever a gateway can say.</summary>
    private protected IHubContext<RealtimeHub, IRealtimeClient> Hub { get; private set; } = null!;

    /// <summary>A client that comes back soon.</summary>
    private protected static RealtimeClientOptions Quick { get; } = new()
    {
        ReconnectDelay = TimeSpan.FromMilliseconds(50),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
    };

    [SetUp]
    public Task StartAsync() => StartAsync([], time: null);

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync().AsTask().InTime();
        }

        _clients.Clear();
        await Proxy.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    /// <summary>Starts another gateway in the place of the one there is.</summary>
    private protected async Task RestartAsync(params (string Key, string Value)[] settings)
    {
        await StopAsync();
        await StartAsync(settings, time: null);
    }

    /// <summary>Starts another gateway in the place of the one there is, by this clock.</summary>
    private protected async Task RestartAsync(ManualTime time, params (string Key, string Value)[] settings)
    {
        await StopAsync();
        await StartAsync(settings, time);
    }

    /// <summary>A client by the link.</summary>
    private protected RealtimeClient NewClient(RealtimeClientOptions? options = null)
    {
        var client = new RealtimeClient(new Uri($"http://{Proxy.Address}/realtime"), options ?? Quick);
        _clients.Add(client);
        return client;
    }

    /// <summary>A client that is this user.</summary>
    private protected RealtimeClient NewClient(string userId, params string[] teams) =>
        NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For(userId, teams)) });

    /// <summary>The states that a client tells.</summary>
    private protected static Inbox<StateChange> StatesOf(RealtimeClient client)
    {
        var states = new Inbox<StateChange>();
        client.StateChanged += (_, change) => states.Add(change);
        return states;
    }

    /// <summary>The errors that a client tells.</summary>
    private protected static Inbox<ClientError> ErrorsOf(RealtimeClient client)
    {
        var errors = new Inbox<ClientError>();
        client.ErrorOccurred += (_, error) => errors.Add(error);
        return errors;
    }

    /// <summary>Publishes numbers from beside the link.</summary>
    private protected async Task PublishAsync(string channel, int first, int last, string eventName = "message")
    {
        for (var number = first; number <= last; number++)
        {
            await Server.PublishAsync(channel, eventName, number);
        }
    }

    /// <summary>Loses the connection, after this has happened unheard.</summary>
    private protected async Task MissAsync(Func<Task> what)
    {
        Proxy.Stall();
        await what();
        Proxy.Drop();
    }

    private protected static bool IsState(StateChange change, ClientState state) => change is ConnectionStateChange connection && connection.State == state;

    private protected static JsonElement Json(string text) => JsonElement.Parse(text);

    private protected static int Number(EventMessage message) => message.Data.GetInt32();

    private async Task StartAsync((string Key, string Value)[] settings, ManualTime? time)
    {
        Gateway = await TestGateway.StartAsync(
            RestGateway.Keys(("backend", ["admin"], null)).Concat(settings),
            services =>
            {
                if (time is not null)
                {
                    services.AddSingleton<TimeProvider>(time);
                }
            });
        Proxy = new TcpProxy(Gateway.Url.Port);
        Server = Gateway.Services.GetRequiredService<IRealtimePublisher>();
        Hub = Gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>();
    }
}
