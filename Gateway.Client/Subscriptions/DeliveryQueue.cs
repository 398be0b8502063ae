using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>
/// What waits for one subscription's handler, in order. Publications are bounded: one too many is refused, and whoever brings it
/// decides what becomes of it. Notices are few, and always taken.
/// </summary>
internal sealed class DeliveryQueue(int capacity)
{
    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private int _messages;
    private int _unhandled;

    /// <summary>How many publications may wait.</summary>
    public int Capacity => capacity;

    /// <summary>Whether all that came has been handled.</summary>
    public bool IsIdle => Volatile.Read(ref _unhandled) == 0;

    /// <summary>Adds a publication; false where too many wait.</summary>
    public bool TryAdd(EventMessage message)
    {
        lock (_lock)
        {
            if (_messages >= capacity)
            {
                return false;
            }

            _messages++;
            Add(new Delivery(message, null));
            return true;
        }
    }

    /// <summary>Adds a notice.</summary>
    public void Add(SubscriptionNotice notice)
    {
        lock (_lock)
        {
            Add(new Delivery(null, notice));
        }
    }

    /// <summary>Returns when there is room for a publication, as far as one can know.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_messages < capacity)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Nothing more is added; what waits is still handed out, and then the error is thrown, if there is one.</summary>
    public void Complete(Exception? error = null) => _deliveries.Writer.TryComplete(error);

    /// <summary>All of it, one after another. What was handed out counts as handled when the next is asked for.</summary>
    public async IAsyncEnumerable<Delivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _deliveries.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_deliveries.Reader.TryRead(out var delivery))
            {
                if (delivery.Message is not null)
                {
                    Leave();
                }

                try
                {
                    yield return delivery;
                }
                finally
                {
                    Interlocked.Decrement(ref _unhandled);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private void Add(Delivery delivery)
    {
        Interlocked.Increment(ref _unhandled);
        _deliveries.Writer.TryWrite(delivery);
    }

    private void Leave()
    {
        lock (_lock)
        {
            _messages--;
            _room?.SetResult();
            _room = null;
        }
    }
}
