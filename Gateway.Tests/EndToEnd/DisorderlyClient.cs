using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Microsoft's <c>HubConnection</c> that hears everything, keeps nothing, and can be cut.</summary>
internal sealed class DisorderlyClient : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly TaskCompletionSource<string> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KeptTransport _transport = null!;

    private DisorderlyClient(string hubUrl, string? token)
    {
        var builder = new HubConnectionBuilder().WithRealtimeGateway(hubUrl, () => Task.FromResult(token));
        var real = builder.Services.Last(service => service.ServiceType == typeof(IConnectionFactory)).ImplementationFactory!;
        builder.Services.AddSingleton<IConnectionFactory>(services =>
            _transport = new KeptTransport((IConnectionFactory)real(services)));
        _hub = builder.Build();
        _hub.On<JsonElement>("presence", _ => { });
        _hub.On<EventMessage>("event", message => _id.TrySetResult(message.Sender!.ConnectionId));
    }

    public bool IsConnected => _hub.State == HubConnectionState.Connected;

    public static async Task<DisorderlyClient> ConnectAsync(string hubUrl, string? token)
    {
        var client = new DisorderlyClient(hubUrl, token);
        await client._hub.StartAsync().InTime();
        return client;
    }

    /// <summary>The connection's id, which who hears himself learns. To be asked once.</summary>
    public async Task<string> FindIdAsync()
    {
        var channel = "live:" + Guid.NewGuid().ToString("N");
        await InvokeAsync("Subscribe", channel);
        await InvokeAsync("Send", channel, "who-am-i", null);
        var id = await _id.Task.InTime();
        await InvokeAsync("Unsubscribe", channel);
        return id;
    }

    public Task InvokeAsync(string method, params object?[] arguments) => _hub.InvokeCoreAsync(method, arguments).InTime();

    /// <summary>Calls, and does not wait for an answer.</summary>
    public Task SendAsync(string method, params object?[] arguments) => _hub.SendCoreAsync(method, arguments).InTime();

    /// <summary>Ends as a program does that was killed: without a word.</summary>
    public async Task CutAsync()
    {
        _transport.Cut();
        await DisposeAsync();
    }

    /// <summary>Closes as is right.</summary>
    public ValueTask DisposeAsync() => new(_hub.DisposeAsync().AsTask().InTime());

    /// <summary>The real transport, in reach.</summary>
    private sealed class KeptTransport(IConnectionFactory real) : IConnectionFactory
    {
        private ConnectionContext? _connection;

        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            _connection = await real.ConnectAsync(endpoint, cancellationToken);

        public void Cut() => _connection!.Abort(new ConnectionAbortedException());
    }
}
