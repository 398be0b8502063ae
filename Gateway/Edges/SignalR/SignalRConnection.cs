using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// One SignalR connection, from its transport on. Everything that is sent to the client, by SignalR or by the gateway, goes
/// through one queue; everything that comes from it passes one guard.
/// </summary>
internal sealed partial class SignalRConnection : IClientConnection, IInboundGuard, IOutputOwner, IQueueOwner, IDuplexPipe
{
    /// <summary>
    /// For how long a client may say nothing. SignalR has the same bound, but begins to count at the client's first ping: who
    /// vanishes before it, or never sends one, would be kept for good.
    /// </summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    /// <summary>How long a client has to read why it is closed, and to close as well.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private static readonly Error Silent = new(
        ErrorCodes.Unavailable,
        $"The client said nothing for {MaxSilence.TotalSeconds:0} s; connect again.");

    private readonly ConnectionContext _connection;
    private readonly SignalRWire _wire;
    private readonly ILogger _logger;
    private readonly OutboundQueue _queue;
    private readonly InboundPipe _inbound;
    private HubFormat _format;
    private HubConnectionContext? _hub;
    private Session? _session;
    private Remaining? _calls;
    private int _answersToFlush;
    private bool _isClosing;
    private long _closingSince;

    public SignalRConnection(ConnectionContext connection, Admitted admitted, SignalRWire wire, ILogger logger)
    {
        _connection = connection;
        _wire = wire;
        _format = wire.Protocols.Json;
        _logger = logger;
        Admitted = admitted;
        Transport = NameOf(connection.Features.Get<IHttpTransportFeature>()?.TransportType);

        // Held until there is a session: who has the answer to his handshake is in it.
        _queue = new OutboundQueue(connection.Transport.Output, wire.Outbound, this, isHeld: true);
        if (connection is WebSocketConnection socket)
        {
            socket.Owner = this;
        }

        _inbound = new InboundPipe(connection.Transport.Input, this, wire.Inbound, wire.Time);
        Output = new OutboundPipe(_queue, this);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static self => ((SignalRConnection)self).CheckPeer(), this);
    }

    public string Id => _connection.ConnectionId;

    public string Transport { get; }

    public int UnsentBytes => _queue.UnsentBytes;

    /// <summary>The protocol that its client speaks; until the handshake, the handshake's.</summary>
    public IHubProtocol Protocol => _format.Protocol;

    /// <summary>Who was admitted at the transport's request.</summary>
    public Admitted Admitted { get; }

    /// <summary>Until the session begins, the connection's time and room are bounded; what bounds them is disposed then.</summary>
    public IDisposable? Beginning { private get; set; }

    /// <summary>The session, from SignalR's handshake on.</summary>
    public Session Session => _session ?? throw new InvalidOperationException("The session has not begun.");

    /// <summary>Fires when SignalR has given the connection up; never before the handshake.</summary>
    public CancellationToken Aborted => _hub?.ConnectionAborted ?? CancellationToken.None;

    /// <summary>What SignalR reads instead of the transport.</summary>
    public PipeReader Input => _inbound;

    /// <summary>What SignalR writes to instead of the transport.</summary>
    public PipeWriter Output { get; }

    /// <summary>The handshake is done: the client can be spoken to.</summary>
    public async Task OpenSessionAsync(HubConnectionContext hub, SessionServices services)
    {
        _format = _wire.Protocols.Find(hub.Protocol.Name)!; // SignalR has it from there.
        _queue.Encoding = _format.Encoding;

        // From here on what SignalR reads of this client passes by the session's count.
        hub.Protocol = new CountingProtocol(_format.Protocol, this);
        _hub = hub;
        _session = new Session(this, Admitted, services);
        EndBeginning();
        try
        {
            await _session.OpenAsync();
        }
        finally
        {
            _queue.Release();
        }
    }

    /// <summary>The connection is gone.</summary>
    public Task CloseSessionAsync() => _session?.CloseAsync().AsTask() ?? Task.CompletedTask;

    /// <summary>Hands what is queued to the transport, before it is given back.</summary>
    /// <returns>Whether it has all of it.</returns>
    public Task<bool> DrainAsync()
    {
        EndBeginning();
        _queue.Release();
        return _queue.CompleteAsync();
    }

    public bool HasRoom => _queue.HasRoom;

    public ValueTask WaitForRoomAsync() => _queue.WaitForRoomAsync();

    public IOutlet Outlet => _queue;

    /// <summary>Sends one of SignalR's own messages.</summary>
    public void Send(HubMessage message) => _queue.Add(_format.Protocol.GetMessageBytes(message));

    public void Notify(SubscriptionMessage message) => Send(new InvocationMessage(Callbacks.Subscription, [message]));

    /// <summary>
    /// Takes nothing more, and returns when SignalR has taken what came before and all of it is answered: it takes the next call
    /// while it is still at the one before.
    /// </summary>
    public async Task FinishAsync()
    {
        await _inbound.FinishAsync();
        await Calls.WhenNoneAsync();
    }

    /// <summary>SignalR has a call of this client, until what is returned is disposed.</summary>
    public IDisposable BeginCall() => new Call(Calls);

    /// <summary>SignalR has a call of this client that wants an answer.</summary>
    public void OnAsked() => Calls.Add();

    /// <summary>SignalR has written the answer to one. It is sent with its next flush; neither comes beside another.</summary>
    public void OnAnswered() => _answersToFlush++;

    /// <summary>SignalR has written that the connection ends. It is sent with its next flush, and nothing behind it.</summary>
    public void OnClosing() => _isClosing = true;

    /// <summary>A call of this client was refused before it reached a method.</summary>
    public void CountRefusal(string code) => _wire.Metrics.Refused(code, GatewayMetrics.Surfaces.Hub);

    public void Close(Error reason) => Close(reason, allowReconnect: true);

    public void CloseForGood(Error reason) => Close(reason, allowReconnect: false);

    private void Close(Error reason, bool allowReconnect)
    {
        if (Interlocked.CompareExchange(ref _closingSince, _wire.Time.GetTimestamp(), 0) == 0)
        {
            LogClosing(Id, reason.Code);
            _inbound.Close(); // It may take long to read the reason, and is served no more meanwhile.
            _ = AbortWhenSentAsync(new CloseMessage(reason.ToString(), allowReconnect)); // Nothing in it throws.
        }
    }

    public void OnUserChanged(string? userId)
    {
        if (_hub is { } hub)
        {
            hub.UserIdentifier = userId;
        }
    }

    /// <summary>SignalR has failed this connection.</summary>
    public void OnFailed(Exception exception) => LogFailed(Id, exception);

    /// <summary>Ends a connection that has not begun in its time.</summary>
    public void Abandon()
    {
        LogAbandoned(Id);
        AbortTransport();
    }

    // Many clients never call.
    private Remaining Calls => LazyInitializer.EnsureInitialized(ref _calls, static () => new Remaining());

    void IOutputOwner.OnControl() => _queue.Wake();

    // With a session there is nothing left of it.
    private void EndBeginning()
    {
        Beginning?.Dispose();
        Beginning = null;
    }

    /// <summary>SignalR has written whole messages.</summary>
    public void OnFlushed(ReadOnlyMemory<byte> messages)
    {
        if (_isClosing)
        {
            _ = _queue.CompleteAsync(messages); // Whoever ends the connection waits for it.
        }
        else
        {
            _queue.Add(messages);
        }

        for (; _answersToFlush > 0; _answersToFlush--)
        {
            Calls.Remove();
        }
    }

    // As ASP.NET Core's own metrics name them.
    private static string NameOf(HttpTransportType? type) => type switch
    {
        HttpTransportType.ServerSentEvents => "server_sent_events",
        HttpTransportType.LongPolling => "long_polling",
        _ => "web_sockets",
    };

    // About once a second. Who polls shows by that that he is there, and sends no pings.
    private void CheckPeer()
    {
        _queue.CheckProgress();
        if (Volatile.Read(ref _closingSince) is var since and not 0 && _wire.Time.GetElapsedTime(since) > Farewell)
        {
            AbortTransportLater();
        }

        if (_session is not null && _inbound.Silence > MaxSilence && !IsPolled)
        {
            // A client that was suspended reads this when it goes on, and comes back.
            LogSilent(Id);
            Close(Silent);
        }
    }

    private bool IsPolled => _connection.Features.Get<IConnectionInherentKeepAliveFeature>() is { HasInherentKeepAlive: true };

    private async Task AbortWhenSentAsync(CloseMessage last)
    {
        _queue.Release();
        await _queue.CompleteAsync(_format.Protocol.GetMessageBytes(last));
        Abort();
    }

    private void Abort()
    {
        if (_hub is { } hub)
        {
            hub.Abort();
        }
        else
        {
            _connection.Abort();
        }
    }

    // Whoever found the client slow was sending to others too: he does not wait for the end either.
    void IQueueOwner.OnSlow()
    {
        _wire.Metrics.ClosedAsSlow();
        ThreadPool.UnsafeQueueUserWorkItem(
            static connection =>
            {
                connection.LogSlow(connection.Id);
                connection.AbortTransport();
            },
            this,
            preferLocal: false);
    }

    private void AbortTransportLater() =>
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.AbortTransport(), this, preferLocal: false);

    // A transport that waits for a peer that does not read is not ended by aborting the connection; ending its request does.
    private void AbortTransport()
    {
        try
        {
            Abort();
            _connection.GetHttpContext()?.Abort();
        }
        catch (Exception exception)
        {
            // It ended by itself meanwhile; nobody above this could do more about it.
            LogAbortFailed(Id, exception);
        }
    }

    IFraming? IInboundGuard.FramingOf(string protocol) => _wire.Protocols.Find(protocol)?.Framing;

    // A stranger's endless message is not waited for.
    void IInboundGuard.OnEndless()
    {
        if (_session is null)
        {
            Abandon();
        }
    }

    void IInboundGuard.OnRefused(IFrameScanner frame, Error error)
    {
        LogRefused(Id, error.Code);
        error = _session?.Charge(Operation.Request) ?? error;
        CountRefusal(error.Code);
        if (frame.InvocationId is { } invocationId && frame.Type is "1" or "4")
        {
            Send(CompletionMessage.WithResult(invocationId, error));
        }
        else if (_hub is null || frame.Type is not "1")
        {
            // Not a call: nothing in the protocol answers this.
            Close(error);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Connection {ConnectionId} is closed as slow: too much is unsent, or a write is stuck.")]
    private partial void LogSlow(string connectionId);

    [LoggerMessage(2, LogLevel.Debug, "A message of connection {ConnectionId} was refused before it was read: {Code}.")]
    private partial void LogRefused(string connectionId, string code);

    [LoggerMessage(3, LogLevel.Debug, "Connection {ConnectionId} is closed: {Code}.")]
    private partial void LogClosing(string connectionId, string code);

    [LoggerMessage(4, LogLevel.Debug, "Connection {ConnectionId} could not be aborted.")]
    private partial void LogAbortFailed(string connectionId, Exception exception);

    [LoggerMessage(5, LogLevel.Debug, "Connection {ConnectionId} is closed: it did not finish its handshake in time, or others needed its room.")]
    private partial void LogAbandoned(string connectionId);

    [LoggerMessage(6, LogLevel.Debug, "Connection {ConnectionId} is closed: its client has said nothing for too long.")]
    private partial void LogSilent(string connectionId);

    [LoggerMessage(7, LogLevel.Error, "Connection {ConnectionId} failed and is closed.")]
    private partial void LogFailed(string connectionId, Exception exception);

    private sealed class Call : IDisposable
    {
        private readonly Remaining _calls;

        public Call(Remaining calls)
        {
            _calls = calls;
            calls.Add();
        }

        public void Dispose() => _calls.Remove();
    }
}
