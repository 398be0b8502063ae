using Microsoft.AspNetCore.Http.Features;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.Sse;

/// <summary>One event stream, from its request to its end. Everything in it goes through one bounded queue.</summary>
/// <remarks>
/// What is sent before the answer has begun is held back: until then the request can be refused. Ids are written in the order of
/// the queue, so whoever has read one has read everything before its positions.
/// </remarks>
internal sealed partial class SseConnection : IClientConnection, IOutlet, IQueueOwner, IAsyncDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    /// <summary>How long a client has to read why the stream ends.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly HttpContext _context;
    private readonly SseWire _wire;
    private readonly ILogger _logger;
    private readonly OutboundQueue _queue;
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _whenAborted;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _lock = new();
    private readonly PositionVector _positions;
    private readonly HashSet<string> _heard;
    private bool _hasIds;
    private bool _hasBegun;
    private bool _isOver;
    private Error? _closedBecause;
    private long _closingSince;
    private long _lastHeartbeat;

    public SseConnection(HttpContext context, SseRequest request, SseWire wire, ILogger logger)
    {
        _context = context;
        _wire = wire;
        _logger = logger;
        _positions = request.Positions;
        _hasIds = request.IsComingBack;
        _heard = [.. request.Subscription.Channels.Select(channel => channel.Channel)];
        _queue = new OutboundQueue(context.Response.BodyWriter, wire.Outbound, this, isHeld: true);
        _timer = wire.Time.CreateTimer(static self => ((SseConnection)self!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _whenAborted = context.RequestAborted.UnsafeRegister(static self => ((SseConnection)self!)._ended.TrySetResult(), this);
    }

    public string Id { get; } = ConnectionIds.New();

    /// <summary>Why it was closed; null while it was not.</summary>
    public Error? ClosedBecause => Volatile.Read(ref _closedBecause);

    /// <summary>Completes when everything was sent that ever will be, or the client is gone.</summary>
    public Task Ended => _ended.Task;

    public string Transport => "event_stream";

    public int UnsentBytes => _queue.UnsentBytes;

    public bool HasRoom => _queue.HasRoom;

    public ValueTask WaitForRoomAsync() => _queue.WaitForRoomAsync();

    /// <summary>Begins the answer, unless the connection was closed meanwhile; then says why.</summary>
    /// <param name="joining">The channels that were joined, and from where those are heard that are heard already.</param>
    public async ValueTask<Error?> BeginAsync(IReadOnlyDictionary<string, Joining> joining)
    {
        lock (_lock)
        {
            if (_closedBecause is not null)
            {
                return _closedBecause;
            }

            // Only now is every channel somewhere: an earlier id would lose what a later channel brings before it.
            Settle(joining.Select(entry => (entry.Key, entry.Value.From)));
            (_hasBegun, _hasIds) = (true, true);
        }

        try
        {
            await BeginResponseAsync();
        }
        finally
        {
            _queue.Release();
            _lastHeartbeat = _wire.Time.GetTimestamp();
            _timer.Change(CheckInterval, Timeout.InfiniteTimeSpan);
        }

        return null;
    }

    /// <summary>Tells what became of the request, when what was missed is given.</summary>
    public void Tell(SubscribeResult answer)
    {
        lock (_lock)
        {
            Settle(answer.Channels.Select(channel => (channel.Channel, channel.Position)));
            AddWithIdNeedsLock(SseEncoding.Open(answer));
        }
    }

    public IOutlet Outlet => this;

    public void Send(Outbound message)
    {
        var bytes = message.For(_wire.Encoding);
        if (message.Publication is not { } publication)
        {
            _queue.Add(bytes);
            return;
        }

        lock (_lock)
        {
            if (publication.Position is { } position)
            {
                _positions.Move(publication.Channel, position);
            }

            AddWithIdNeedsLock(bytes);
        }
    }

    public void Notify(SubscriptionMessage message)
    {
        var bytes = SseEncoding.Open(message);
        if (message is { Epoch: { } epoch, Offset: { } offset })
        {
            lock (_lock)
            {
                _positions.Move(message.Channel, new Position(epoch, offset));
                AddWithIdNeedsLock(bytes);
            }

            return;
        }

        _queue.Add(bytes, SseEncoding.End);
        if (message.State == SubscriptionStates.Revoked && IsLastOfHeard(message.Channel))
        {
            // Nothing can be subscribed to anew on a stream; whoever comes back is told in the answer what he may.
            Close(new Error(message.Reason ?? ErrorCodes.PermissionDenied, "No channel of this stream may be read any longer; connect anew."));
        }
    }

    public void Close(Error reason)
    {
        lock (_lock)
        {
            if (_closedBecause is not null)
            {
                return;
            }

            _closedBecause = reason;
            _closingSince = _wire.Time.GetTimestamp();
            if (!_hasBegun)
            {
                return; // The answer says it.
            }
        }

        LogClosing(Id, reason.Code);
        _queue.Add(SseEncoding.Open(reason), SseEncoding.End);
        _ = EndWhenSentAsync(); // Nothing in it throws.
    }

    /// <summary>Nothing to do: nobody reaches an event stream but by its channels.</summary>
    public void OnUserChanged(string? userId)
    {
    }

    /// <summary>The request is answered: its context is not touched any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _whenAborted.DisposeAsync();
        if (_hasBegun)
        {
            await _queue.CompleteAsync();
        }

        await _timer.DisposeAsync();
        lock (_lock)
        {
            _isOver = true;
        }
    }

    private Task BeginResponseAsync()
    {
        SendBuffer.Bound(_context);
        LostPeer.Bound(_context);
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = _context.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no"; // nginx would collect events.
        headers.ContentEncoding = "identity"; // A host's compression would too; this keeps it off.
        return _context.Response.StartAsync();
    }

    private void Settle(IEnumerable<(string Channel, Position? Position)> channels)
    {
        foreach (var (channel, position) in channels)
        {
            if (position is not null)
            {
                _positions.Settle(channel, position);
            }
        }
    }

    private void AddWithIdNeedsLock(ReadOnlyMemory<byte> open) => _queue.Add(open, _hasIds ? _positions.ToField() : SseEncoding.End);

    private bool IsLastOfHeard(string channel)
    {
        lock (_lock)
        {
            return _heard.Remove(channel) && _heard.Count == 0;
        }
    }

    private async Task EndWhenSentAsync()
    {
        await _queue.CompleteAsync();
        _ended.TrySetResult();
    }

    private void Check()
    {
        _queue.CheckProgress();
        if (ClosedBecause is not null && _wire.Time.GetElapsedTime(_closingSince) > Farewell)
        {
            Abort();
        }

        if (_queue.UnsentBytes == 0 && _wire.Time.GetElapsedTime(_lastHeartbeat) >= HeartbeatInterval)
        {
            _lastHeartbeat = _wire.Time.GetTimestamp();
            _queue.Add(SseEncoding.Heartbeat);
        }

        _timer.Change(CheckInterval, Timeout.InfiniteTimeSpan);
    }

    // Whoever found the client slow was sending to others too: he does not wait for its end.
    void IQueueOwner.OnSlow()
    {
        _wire.Metrics.ClosedAsSlow();
        ThreadPool.UnsafeQueueUserWorkItem(
            static connection =>
            {
                connection.LogSlow(connection.Id);
                connection.Abort();
            },
            this,
            preferLocal: false);
    }

    private void Abort()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _context.Abort();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Event stream {ConnectionId} is closed as slow: too much is unsent, or a write is stuck.")]
    private partial void LogSlow(string connectionId);

    [LoggerMessage(2, LogLevel.Debug, "Event stream {ConnectionId} is closed: {Code}.")]
    private partial void LogClosing(string connectionId, string code);
}
