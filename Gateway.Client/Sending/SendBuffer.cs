using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Sending;

/// <summary>
/// Sends in the order of the calls. While there is no connection, sends wait, up to a bound; what has no answer when a connection
/// is lost goes again on the next, before what waits, and counts with it.
/// </summary>
/// <param name="capacity">How many may wait; 0 for none.</param>
/// <param name="time">The clock.</param>
internal sealed class SendBuffer(int capacity, TimeProvider time)
{
    // The gateway knows an id again for 5 minutes; later the same call would be another publication. The rest is for clocks and networks.
    private static readonly TimeSpan Repeatable = TimeSpan.FromMinutes(4.5);

    private readonly Lock _lock = new();
    private readonly LinkedList<PendingSend> _waiting = [];
    private readonly LinkedList<PendingSend> _unanswered = [];
    private GatewayConnection? _connection;
    private Exception? _refusal;

    /// <summary>Sends, now or as soon as there is a connection.</summary>
    /// <exception cref="RealtimeException">It was refused, by the gateway or because the buffer is full or switched off.</exception>
    public async Task<T> SendAsync<T>(PendingSend<T> send, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<PendingSend> node;
        lock (_lock)
        {
            node = AddNeedsLock(send);
        }

        await using (cancellationToken.UnsafeRegister(_ => send.Cancel(cancellationToken), null).ConfigureAwait(false))
        {
            try
            {
                return await send.Answered.ConfigureAwait(false);
            }
            finally
            {
                lock (_lock)
                {
                    node.List?.Remove(node);
                }
            }
        }
    }

    /// <summary>There is a connection: what waits goes out.</summary>
    public void Connected(GatewayConnection connection)
    {
        lock (_lock)
        {
            _connection = connection;
            _refusal = null;
            while (_waiting.First is { } node)
            {
                _waiting.Remove(node);
                if (node.Value.WrittenAt is { } writtenAt && time.GetElapsedTime(writtenAt) > Repeatable)
                {
                    node.Value.Fail(UnknownOutcome());
                }
                else if (!node.Value.IsDone)
                {
                    SendNeedsLock(node);
                }
            }
        }
    }

    /// <summary>There is none any more.</summary>
    public void Lost()
    {
        lock (_lock)
        {
            _connection = null;
            var repeated = new List<LinkedListNode<PendingSend>>();
            while (_unanswered.First is { } node)
            {
                _unanswered.Remove(node);
                if (node.Value.IsRepeatable && repeated.Count < capacity)
                {
                    repeated.Add(node);
                }
                else
                {
                    node.Value.Fail(UnknownOutcome());
                }
            }

            for (var last = repeated.Count - 1; last >= 0; last--)
            {
                _waiting.AddFirst(repeated[last]);
            }
        }
    }

    /// <summary>There will be no connection: what waits fails, and what is sent from now on.</summary>
    public void Refuse(Exception error)
    {
        lock (_lock)
        {
            _refusal = error;
            foreach (var send in _waiting)
            {
                send.Fail(error);
            }

            _waiting.Clear();
        }
    }

    /// <summary>There may be a connection again.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _refusal = null;
        }
    }

    private static RealtimeException UnknownOutcome() => Unavailable("The connection was lost before the answer; its outcome is unknown.");

    private static RealtimeException Unavailable(string sentence) => new(new Error(ErrorCodes.Unavailable, sentence));

    private LinkedListNode<PendingSend> AddNeedsLock(PendingSend send)
    {
        var node = new LinkedListNode<PendingSend>(send);
        if (_connection is not null)
        {
            SendNeedsLock(node);
            return node;
        }

        if (_refusal is not null)
        {
            throw _refusal;
        }

        if (capacity == 0)
        {
            throw Unavailable("There is no connection, and the send buffer is switched off.");
        }

        if (_waiting.Count >= capacity)
        {
            throw new RealtimeException(new Error(ErrorCodes.LimitExceeded, $"There is no connection, and {capacity} sends wait for one already."));
        }

        _waiting.AddLast(node);
        return node;
    }

    // HubConnection lets those who write wait in line, so calls that are begun one after another are written so.
    private void SendNeedsLock(LinkedListNode<PendingSend> node)
    {
        node.Value.WrittenAt ??= time.GetTimestamp();
        _unanswered.AddLast(node);
        _ = node.Value.SendAsync(_connection!); // Its outcome is that of the send.
    }
}
