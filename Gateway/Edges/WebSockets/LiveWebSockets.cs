using System.Collections.Concurrent;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The WebSockets that live, for each of which there is a beat about once a second.</summary>
internal sealed class LiveWebSockets : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<WebSocketConnection, bool> _connections = [];
    private readonly Timer _timer;

    public LiveWebSockets()
    {
        _timer = new Timer(static self => ((LiveWebSockets)self!).Beat(), this, Interval, Interval);
    }

    public void Add(WebSocketConnection connection) => _connections[connection] = true;

    public void Remove(WebSocketConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>The server stops: whoever is still here is cut off.</summary>
    public void AbortAll()
    {
        foreach (var (connection, _) in _connections)
        {
            connection.Abort();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        foreach (var (connection, _) in _connections)
        {
            connection.Beat();
        }
    }
}
