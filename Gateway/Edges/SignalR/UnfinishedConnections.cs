using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// The connections that have begun and have no session yet, by address. Each has its time. Where an address has too many, its
/// oldest makes room for the newest: who says nothing cannot keep out who has something to say.
/// </summary>
internal sealed class UnfinishedConnections(Live<InboundLimits> limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, LinkedList<Unfinished>> _byAddress = [];

    /// <summary>A connection begins.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="end">Ends it; called when it takes too long, or another needs its room.</param>
    /// <returns>To be disposed when it has a session, or is gone.</returns>
    public IDisposable Begin(ClientAddress address, Action end)
    {
        var begun = new Unfinished(this, address, end);
        var oldest = Add(begun);
        begun.StartTimer(time, limits.Current.HandshakeTimeout);
        oldest?.End();
        return begun;
    }

    /// <returns>The one that has to make room, if any.</returns>
    private Unfinished? Add(Unfinished connection)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(connection.Address, out var all))
            {
                _byAddress[connection.Address] = all = [];
            }

            connection.Node = all.AddLast(connection);
            if (all.Count <= limits.Current.UnfinishedPerAddress)
            {
                return null;
            }

            var oldest = all.First!.Value;
            all.RemoveFirst();
            return oldest;
        }
    }

    private void Remove(Unfinished connection)
    {
        lock (_lock)
        {
            if (connection.Node is { List: { } all } node)
            {
                all.Remove(node);
                if (all.Count == 0)
                {
                    _byAddress.Remove(connection.Address);
                }
            }
        }
    }

    private sealed class Unfinished(UnfinishedConnections all, ClientAddress address, Action end) : IDisposable
    {
        private ITimer? _timer;
        private int _isDecided;

        public ClientAddress Address => address;

        public LinkedListNode<Unfinished>? Node { get; set; }

        public void StartTimer(TimeProvider time, TimeSpan timeout) =>
            _timer = time.CreateTimer(static self => ((Unfinished)self!).End(), this, timeout, Timeout.InfiniteTimeSpan);

        /// <summary>Ends the connection, unless it has a session by then. Whoever needs its room does not wait for that.</summary>
        public void End() => ThreadPool.UnsafeQueueUserWorkItem(
            static self =>
            {
                if (self.IsFirst())
                {
                    self.EndNow();
                }
            },
            this,
            preferLocal: false);

        public void Dispose()
        {
            IsFirst();
            _timer?.Dispose();
            all.Remove(this);
        }

        // Either it is ended or it has come through, never both.
        private bool IsFirst() => Interlocked.Exchange(ref _isDecided, 1) == 0;

        private void EndNow() => end();
    }
}
