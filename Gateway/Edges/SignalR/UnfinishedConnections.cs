using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connections that have begun and have no session yet, by address. Each has its time. Where an address has too many, its
/// oldest makes room for the newest: who says nothing cannot keep out who has something to say.
/// </summary>
internal sealed class UnfinishedConnections(Live<InboundLimits> limits, TimeProvider time)
{
    // As long as SignalR keeps a negotiated connection that nobody takes up.
    private static readonly TimeSpan NegotiationLife = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, Place> _places = [];
    private long _nextSweep;

    /// <summary>A client asks for a connection that it will take up by another request; refused where too many did not.</summary>
    public Error? Negotiate(ClientAddress address)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            SweepNeedsLock(now);
            var place = PlaceNeedsLock(address);
            place.Forget(now);
            if (place.Negotiations.Count >= limits.Current.UnfinishedPerAddress)
            {
                return new Error(
                    ErrorCodes.LimitExceeded,
                    "Too many connections from this address were negotiated and not taken up.",
                    RetryAfter: (int)NegotiationLife.TotalSeconds);
            }

            place.Negotiations.Enqueue(now + Ticks(NegotiationLife));
            return null;
        }
    }

    /// <summary>A connection begins.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="isNegotiated">Whether it takes up one that was negotiated.</param>
    /// <param name="end">Ends it; called when it takes too long, or another needs its room.</param>
    /// <returns>To be disposed when it has a session, or is gone.</returns>
    public IDisposable Begin(ClientAddress address, bool isNegotiated, Action end)
    {
        Unfinished begun;
        Unfinished? oldest = null;
        lock (_lock)
        {
            var place = PlaceNeedsLock(address);
            if (isNegotiated)
            {
                place.Negotiations.TryDequeue(out _);
            }

            if (place.Connections.Count >= limits.Current.UnfinishedPerAddress)
            {
                oldest = place.Connections.First!.Value;
                place.Connections.RemoveFirst();
            }

            begun = new Unfinished(this, address, end);
            begun.Node = place.Connections.AddLast(begun);
        }

        begun.StartTimer(time, limits.Current.HandshakeTimeout);
        oldest?.End();
        return begun;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    // An address whose negotiations came to nothing tells nobody so.
    private void SweepNeedsLock(long now)
    {
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + Ticks(NegotiationLife);
        foreach (var (address, place) in _places)
        {
            place.Forget(now);
            if (place.IsEmpty)
            {
                _places.Remove(address);
            }
        }
    }

    private Place PlaceNeedsLock(ClientAddress address)
    {
        if (!_places.TryGetValue(address, out var place))
        {
            _places[address] = place = new Place();
        }

        return place;
    }

    private void Remove(Unfinished connection)
    {
        lock (_lock)
        {
            if (connection.Node is not { List: { } list } node || !_places.TryGetValue(connection.Address, out var place))
            {
                return;
            }

            list.Remove(node);
            if (place.IsEmpty)
            {
                _places.Remove(connection.Address);
            }
        }
    }

    private sealed class Place
    {
        public LinkedList<Unfinished> Connections { get; } = [];

        /// <summary>When each negotiation that was not taken up is forgotten, the earliest first.</summary>
        public Queue<long> Negotiations { get; } = new();

        public bool IsEmpty => Connections.Count == 0 && Negotiations.Count == 0;

        public void Forget(long now)
        {
            while (Negotiations.TryPeek(out var until) && until <= now)
            {
                Negotiations.Dequeue();
            }
        }
    }

    private sealed class Unfinished(UnfinishedConnections all, ClientAddress address, Action end) : IDisposable
    {
        private ITimer? _timer;
        private volatile bool _isDone;

        public ClientAddress Address => address;

        public LinkedListNode<Unfinished>? Node { get; set; }

        public void StartTimer(TimeProvider time, TimeSpan timeout) =>
            _timer = time.CreateTimer(static self => ((Unfinished)self!).End(), this, timeout, Timeout.InfiniteTimeSpan);

        /// <summary>Ends the connection. Whoever needs its room does not wait for that.</summary>
        public void End()
        {
            if (!_isDone)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static end => end(), end, preferLocal: false);
            }
        }

        public void Dispose()
        {
            _isDone = true;
            _timer?.Dispose();
            all.Remove(this);
        }
    }
}
