using System.Buffers;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The WebSockets that live, for each of which there is a beat about once a second.</summary>
internal sealed partial class LiveWebSockets : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<WebSocketConnection> _connections = [];
    private readonly ILogger _logger;
    private readonly Timer _timer;

    public LiveWebSockets(ILogger<LiveWebSockets> logger)
    {
        _logger = logger;
        _timer = new Timer(static self => ((LiveWebSockets)self!).Beat(), this, Interval, Interval);
    }

    /// <summary>One begins; null for none.</summary>
    public void Add(WebSocketConnection? connection)
    {
        if (connection is null)
        {
            return;
        }

        lock (_lock)
        {
            connection.Place = _connections.Count;
            _connections.Add(connection);
        }
    }

    /// <summary>One has ended; null for none.</summary>
    public void Remove(WebSocketConnection? connection)
    {
        if (connection is null)
        {
            return;
        }

        lock (_lock)
        {
            // The last takes its place.
            var last = _connections[^1];
            (_connections[connection.Place], last.Place) = (last, connection.Place);
            _connections.RemoveAt(_connections.Count - 1);
        }
    }

    /// <summary>The server stops: whoever is still here is cut off.</summary>
    public void AbortAll()
    {
        ForEach(static connection => connection.Abort());
    }

    public void Dispose() => _timer.Dispose();

    private void Beat() => ForEach(static connection => connection.Beat());

    // Not under the lock: what is done for one may end it.
    private void ForEach(Action<WebSocketConnection> action)
    {
        WebSocketConnection[] all;
        int count;
        lock (_lock)
        {
            count = _connections.Count;
            all = ArrayPool<WebSocketConnection>.Shared.Rent(count);
            _connections.CopyTo(all);
        }

        foreach (var connection in all.AsSpan(0, count))
        {
            try
            {
                action(connection);
            }
            catch (Exception exception)
            {
                // One that has just ended by itself. The others have their turn all the same.
                LogFailed(connection.ConnectionId, exception);
            }
        }

        ArrayPool<WebSocketConnection>.Shared.Return(all, clearArray: true);
    }

    [LoggerMessage(1, LogLevel.Debug, "Connection {ConnectionId} could not be looked after.")]
    private partial void LogFailed(string connectionId, Exception exception);
}
