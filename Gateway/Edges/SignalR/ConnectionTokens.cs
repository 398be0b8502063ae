namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connections that were negotiated, by the token with which one transport takes each up, once. SignalR keeps the same for its own
/// transports and knows nothing of the gateway's WebSockets; so whoever takes one up does it here first.
/// </summary>
internal sealed class ConnectionTokens(TimeProvider time)
{
    // Somewhat longer than SignalR keeps one.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();

    // Those of a WebSocket stay, without an id, for as long as SignalR would begin the same connection.
    private readonly Dictionary<string, (string? Id, long Since)> _connections = new(StringComparer.Ordinal);
    private readonly Queue<(string Token, long Since)> _oldest = [];

    /// <summary>A connection was negotiated.</summary>
    public void Add(string token, string id)
    {
        lock (_lock)
        {
            while (_oldest.TryPeek(out var oldest) && IsOld(oldest.Since))
            {
                _connections.Remove(_oldest.Dequeue().Token);
            }

            var now = time.GetTimestamp();
            _connections[token] = (id, now);
            _oldest.Enqueue((token, now));
        }
    }

    /// <summary>A WebSocket takes up the connection of this token.</summary>
    /// <returns>Its id; null where there is none to take up.</returns>
    public string? TakeUp(string token)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(token, out var connection) || connection.Id is null || IsOld(connection.Since))
            {
                return null;
            }

            _connections[token] = (null, connection.Since);
            return connection.Id;
        }
    }

    /// <summary>SignalR takes up the connection of this token, or goes on with it.</summary>
    /// <returns>False where a WebSocket has it.</returns>
    public bool TryLeaveToSignalR(string token)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(token, out var connection) || IsOld(connection.Since))
            {
                return true;
            }

            if (connection.Id is null)
            {
                return false;
            }

            _connections.Remove(token);
            return true;
        }
    }

    private bool IsOld(long since) => time.GetElapsedTime(since) > Life;
}
