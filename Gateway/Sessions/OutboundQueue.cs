using System.Buffers;
using System.IO.Pipelines;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Sessions;

/// <summary>
/// What waits to be sent to one client. Whoever adds to it never waits; one pump at a time moves it to the transport, when it has its
/// turn, and so all that has come until then with one flush. Over its bound, or when one write is stuck for too long, it stops and says that the client is slow (promise 7).
/// </summary>
/// <remarks>
/// States: held (takes, and hands on nothing until it is released), idle (empty, no pump), pumping (or waiting for its turn), completing
/// (takes nothing more, stops when empty), stopped (takes nothing, holds nothing).
/// </remarks>
/// <param name="transport">What carries it to the client.</param>
/// <param name="services">What it shares with others.</param>
/// <param name="owner">Told when the client is slow.</param>
/// <param name="isHeld">Whether it is to be released first.</param>
internal sealed class OutboundQueue(PipeWriter transport, OutboundServices services, IQueueOwner owner, bool isHeld = false) : IOutlet
{
    // Moved to the transport between two flushes: enough to amortize a flush, little enough to keep the copy small.
    private const int BatchBytes = 32 * 1024;

    /// <summary>What a waiting message takes beside its bytes: its array's header, its place here.</summary>
    public const int EntryBytes = 64;

    private Backlog _waiting;
    private TaskCompletionSource? _room;
    private TaskCompletionSource<bool>? _drained;
    private long _writeStarted;
    private int _unsent;
    private bool _isHeld = isHeld;
    private bool _isPumping = isHeld; // As if a pump were on its way.
    private bool _isWoken;
    private bool _isCompleting;
    private bool _isStopped;
    private bool _isDrained;

    /// <summary>What <see cref="Send"/> writes messages in; to be set before the first.</summary>
    public IEncoding? Encoding { private get; set; }

    /// <summary>Memory that holds what was taken and is not yet handed to the transport's buffer, in bytes.</summary>
    public int UnsentBytes => Volatile.Read(ref _unsent);

    /// <summary>Whether at most half of the bound is unsent.</summary>
    public bool HasRoom => UnsentBytes <= Limits.Bytes / 2;

    private OutboundLimits Limits => services.Limits.Current;

    // A fan-out hands messages over here, past everything else of a client: each object on the way is fetched from far away in memory.
    public void Send(Outbound message) => Add(message.For(Encoding!));

    /// <summary>Takes whole messages. What comes after the end is dropped: the client is gone.</summary>
    /// <param name="bytes">The messages, or what many clients share of one.</param>
    /// <param name="rest">What ends the message for this client; empty for nothing.</param>
    public void Add(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> rest = default)
    {
        bool isSlow;
        lock (this)
        {
            if (_isStopped || _isCompleting || bytes.IsEmpty)
            {
                return;
            }

            var size = SizeOf(bytes) + SizeOf(rest);
            isSlow = _unsent > 0 && _unsent + size > Limits.Bytes; // One message is never too much to wait.
            if (!isSlow)
            {
                _waiting.Enqueue(bytes);
                if (!rest.IsEmpty)
                {
                    _waiting.Enqueue(rest);
                }

                _unsent += size;
                if (_isPumping)
                {
                    return;
                }

                _isPumping = true;
            }
        }

        if (isSlow)
        {
            StopAsSlow();
        }
        else
        {
            SchedulePump();
        }
    }

    /// <summary>The transport has something to flush that is not of this queue. One that has ended flushes nothing any more.</summary>
    public void Wake()
    {
        lock (this)
        {
            _isWoken = true;
            if (_isStopped || _isPumping)
            {
                return;
            }

            _isPumping = true;
        }

        SchedulePump();
    }

    /// <summary>The transport is ready for what was held back, if anything still was.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isHeld, false))
        {
            SchedulePump();
        }
    }

    /// <summary>Waits until at most half of the bound is unsent: for what the client itself asked for, which can wait for its reading.</summary>
    public ValueTask WaitForRoomAsync()
    {
        lock (this)
        {
            if (_isStopped || _unsent <= Limits.Bytes / 2)
            {
                return ValueTask.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>Takes nothing more, and returns when all is handed to the transport or nothing can be any more.</summary>
    /// <param name="last">What comes last, whatever else is added meanwhile; empty for nothing.</param>
    /// <returns>Whether all was handed to it, and it is no longer in use.</returns>
    public Task<bool> CompleteAsync(ReadOnlyMemory<byte> last = default)
    {
        var isIdle = false;
        Task<bool> drained;
        lock (this)
        {
            if (!_isStopped && !_isCompleting && !last.IsEmpty)
            {
                _waiting.Enqueue(last);
                _unsent += SizeOf(last);
                isIdle = !_isPumping;
                _isPumping = true;
            }

            _isCompleting = true;
            if (!_isPumping)
            {
                EndPumpNeedsLock();
            }

            if (_isStopped)
            {
                return Task.FromResult(_isDrained);
            }

            _drained ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        if (isIdle)
        {
            SchedulePump();
        }

        return drained;
    }

    /// <summary>To be called about once a second: ends a write that is stuck.</summary>
    public void CheckProgress()
    {
        var started = Volatile.Read(ref _writeStarted);
        if (started != 0 && services.Time.GetElapsedTime(started) > Limits.WriteTimeout)
        {
            StopAsSlow();
        }
    }

    private void StopAsSlow()
    {
        if (Stop())
        {
            owner.OnSlow();
        }
    }

    private bool Stop()
    {
        lock (this)
        {
            if (_isStopped)
            {
                return false;
            }

            _isStopped = true;
            _waiting.Clear();
            _unsent = 0;
            _room?.TrySetResult();
            _drained?.TrySetResult(false);
        }

        try
        {
            transport.CancelPendingFlush();
        }
        catch (Exception)
        {
            // It has ended by itself. Whoever sends here sends to others too.
        }

        return true;
    }

    private void SchedulePump() => services.Scheduler.Schedule(static queue => ((OutboundQueue)queue!).Pump(), this);

    /// <summary>One turn: what waits, up to a batch, and one flush. It sees its own exceptions.</summary>
    private void Pump()
    {
        try
        {
            if (TryMoveBatch(out var bytes))
            {
                var flush = transport.FlushAsync();
                if (flush.IsCompletedSuccessfully)
                {
                    EndFlush(flush.Result, bytes);
                }
                else
                {
                    _ = WaitForFlushAsync(flush, bytes); // It sees its own exceptions.
                }
            }
        }
        catch (Exception)
        {
            // The transport ended under us: the client is gone, and whoever closed it has told why.
            Stop();
        }
    }

    private async Task WaitForFlushAsync(ValueTask<FlushResult> flush, int bytes)
    {
        Volatile.Write(ref _writeStarted, services.Time.GetTimestamp());
        try
        {
            var flushed = await flush;
            Volatile.Write(ref _writeStarted, 0);
            EndFlush(flushed, bytes);
        }
        catch (Exception)
        {
            Volatile.Write(ref _writeStarted, 0);
            Stop(); // As above.
        }
    }

    private void EndFlush(FlushResult flushed, int bytes)
    {
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            Stop();
        }
        else if (Account(bytes))
        {
            SchedulePump();
        }
    }

    /// <summary>Copies what is next into the transport's buffer; false when there is nothing to flush, and the pump ends.</summary>
    /// <param name="bytes">How much was unsent of it.</param>
    private bool TryMoveBatch(out int bytes)
    {
        lock (this)
        {
            bytes = 0;
            while (!_isStopped && bytes < BatchBytes && _waiting.TryDequeue(out var next))
            {
                transport.Write(next.Span);
                bytes += SizeOf(next);
            }

            var hasMore = bytes > 0 || _isWoken && !_isStopped;
            _isWoken = false;
            if (!hasMore)
            {
                EndPumpNeedsLock();
            }

            return hasMore;
        }
    }

    /// <summary>What was moved is sent.</summary>
    /// <returns>Whether there is more to do.</returns>
    private bool Account(int sent)
    {
        lock (this)
        {
            if (_isStopped)
            {
                return false;
            }

            _unsent -= sent;
            if (_unsent <= Limits.Bytes / 2 && _room is { } room)
            {
                _room = null;
                room.TrySetResult();
            }

            var hasMore = !_waiting.IsEmpty || _isWoken;
            if (!hasMore)
            {
                EndPumpNeedsLock();
            }

            return hasMore;
        }
    }

    private void EndPumpNeedsLock()
    {
        _isPumping = false;
        if (_isCompleting && !_isStopped)
        {
            (_isStopped, _isDrained) = (true, true);
            _drained?.TrySetResult(true);
        }
    }

    private static int SizeOf(ReadOnlyMemory<byte> entry) => entry.IsEmpty ? 0 : entry.Length + EntryBytes;
}
