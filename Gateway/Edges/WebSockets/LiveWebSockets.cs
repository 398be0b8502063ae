using System.Buffers;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The WebSockets that live, for each of which there is a beat about once a second.</summary>
internal sealed class LiveWebSockets : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<WebSocketConnection> _connections = [];
    private readonly Timer _timer;

    public LiveWebSockets()
    {
        _timer = new Timer(static self => ((LiveWebSockets)self!).Beat(), this, Interval, Interval);
    }

    public void Add(WebSocketConnection connection)
    {
        lock (_lock)
        {
            connection.Place = _connections.Count;
            _connections.Add(connection);
        }
    }

    public void Remove(WebSocketConnection connection)
    {
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
            action(connection);
        }

        ArrayPool<WebSocketConnection>.Shared.Return(all, clearArray: true);
    }
}
