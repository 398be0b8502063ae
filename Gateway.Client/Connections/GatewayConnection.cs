using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Client.Transport;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>One connection to the gateway, from its handshake to its end. It never comes back; another takes its place.</summary>
internal sealed class GatewayConnection : IAsyncDisposable
{
    // The farewell of an orderly close; what does not take it in that time is cut.
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lost = new();
    private readonly HubConnection _hub;
    private readonly GatewayProtocol _protocol;
    private readonly TransportHold _transport;
    private string? _token;

    private GatewayConnection(RealtimeClientOptions options, Uri uri, string? token, ICallbacks callbacks, TimeSpan pingInterval)
    {
        _token = token;
        Lost = _lost.Token;
        _protocol = new GatewayProtocol(options.Protocol, callbacks);
        _transport = new TransportHold(new WebSocketConnectionFactory(_protocol.TransferFormat));
        var target = new WebSocketEndPoint(uri)
        {
            Token = () => Task.FromResult(token),
            ApiKey = options.ApiKey,
            Negotiates = options.Negotiate,
        };
        _hub = new HubConnection(_transport, _protocol, target, NoServices.Instance, options.LoggerFactory ?? NullLoggerFactory.Instance)
        {
            ServerTimeout = options.ServerTimeout,
            HandshakeTimeout = options.CallTimeout,
            KeepAliveInterval = pingInterval,
        };
        _hub.Closed += OnClosedAsync;
    }

    /// <summary>The last token that it was given; null for a guest.</summary>
    public string? Token
    {
        get => Volatile.Read(ref _token);
        set => Volatile.Write(ref _token, value);
    }

    /// <summary>Its id at the gateway; null where it was not negotiated.</summary>
    public string? Id => _hub.ConnectionId is { Length: > 0 } id ? id : null;

    /// <summary>Completes when it is closed, by whomever.</summary>
    public Task<ConnectionEnd> Ended => _ended.Task;

    /// <summary>Is cancelled when it is closed.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<GatewayConnection> OpenAsync(
        RealtimeClientOptions options,
        Uri uri,
        string? token,
        ICallbacks callbacks,
        TimeSpan pingInterval,
        CancellationToken cancellationToken)
    {
        var connection = new GatewayConnection(options, uri, token, callbacks, pingInterval);
        try
        {
            await connection._hub.StartAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Calls a method of the hub. What is called one after another is written one after another.</summary>
    /// <exception cref="RealtimeException">The gateway refused it.</exception>
    /// <exception cref="ConnectionLostException">The connection ended before the answer.</exception>
    /// <exception cref="Exception">An argument cannot be written; what the protocol threw.</exception>
    public async Task<T> InvokeAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await _hub.InvokeCoreAsync<T>(method, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException exception) when (_protocol.Close is null || !exception.Message.EndsWith(_protocol.Close.Error ?? "\n", StringComparison.Ordinal))
        {
            throw ErrorText.Read(exception.Message);
        }
        catch (UnwritableException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException!);
            throw;
        }
        catch (Exception exception) when (exception is not (JsonException or InvalidDataException) && !cancellationToken.IsCancellationRequested)
        {
            // HubConnection says in many ways that there is no connection any more.
            throw new ConnectionLostException(exception);
        }
    }

    /// <summary>Sets how often it pings, from now on.</summary>
    public async Task PingEveryAsync(TimeSpan interval)
    {
        _hub.KeepAliveInterval = interval;
        try
        {
            // HubConnection looks at the interval whenever it has sent something, so something that means nothing is sent.
            await _hub.SendCoreAsync("Unsubscribe", [Array.Empty<string>()], Lost).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException or IOException)
        {
            // It has ended; the next one begins with this interval.
        }
    }

    /// <summary>Gives it up, as if it had been lost by itself.</summary>
    public void GiveUp(RealtimeException reason) => End(new ConnectionEnd(reason, IsFinal: false));

    public async ValueTask DisposeAsync()
    {
        var stopping = _hub.StopAsync(CancellationToken.None);
        try
        {
            await stopping.WaitAsync(FarewellTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _transport.Abort();
        }

        await _hub.DisposeAsync().ConfigureAwait(false);
        End(new ConnectionEnd(null, IsFinal: false));
    }

    private Task OnClosedAsync(Exception? exception)
    {
        End(_protocol.Close is { } close
            ? ConnectionEnd.OfClose(close.Error, close.AllowReconnect)
            : ConnectionEnd.OfLoss(exception));
        return Task.CompletedTask;
    }

    private void End(ConnectionEnd end)
    {
        if (_ended.TrySetResult(end))
        {
            _lost.Cancel();
            _lost.Dispose();
        }
    }

    /// <summary>Keeps hold of the transport, to cut it where an orderly close would take too long.</summary>
    private sealed class TransportHold(IConnectionFactory factory) : IConnectionFactory
    {
        private volatile ConnectionContext? _connection;

        public async ValueTask<ConnectionContext> ConnectAsync(System.Net.EndPoint endpoint, CancellationToken cancellationToken = default) =>
            _connection = await factory.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);

        public void Abort() => _connection?.Abort(new ConnectionAbortedException());
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
