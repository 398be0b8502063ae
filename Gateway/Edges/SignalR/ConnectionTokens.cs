using System.Security.Cryptography;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The ids of connections that were negotiated, by the token with which each can be taken up, once. SignalR keeps the same for its own
/// transports; a WebSocket of the gateway's takes its id from here, and then nobody may begin it once more by another transport.
/// </summary>
internal sealed class ConnectionTokens(TimeProvider time)
{
    // Somewhat longer than SignalR keeps one.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();

    // An id until it is taken, then null.
    private readonly Dictionary<string, string?> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Token, long Since)> _oldest = [];

    /// <summary>An id that cannot be guessed.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>A connection was negotiated.</summary>
    public void Add(string token, string id)
    {
        lock (_lock)
        {
            while (_oldest.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > Life)
            {
                _ids.Remove(_oldest.Dequeue().Token);
            }

            _ids[token] = id;
            _oldest.Enqueue((token, time.GetTimestamp()));
        }
    }

    /// <summary>Whether it was taken up, so that this cannot be done again.</summary>
    public bool IsTaken(string token)
    {
        lock (_lock)
        {
            return _ids.TryGetValue(token, out var id) && id is null;
        }
    }

    /// <summary>Takes up the connection of this token.</summary>
    /// <returns>Its id; null where none was negotiated, or it was taken up before.</returns>
    public string? TakeUp(string token)
    {
        lock (_lock)
        {
            if (_ids.GetValueOrDefault(token) is not { } id)
            {
                return null;
            }

            _ids[token] = null;
            return id;
        }
    }
}
