using System.Buffers;
using System.IO.Pipelines;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What SignalR itself writes to a client (answers, pings, the handshake), on its way into the same queue as publications. It
/// flushes whole messages only, so a flush is an entry of the queue.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="add">Puts what was flushed into it.</param>
internal sealed class OutboundPipe(OutboundQueue queue, Action<ReadOnlyMemory<byte>> add) : PipeWriter
{
    private const int SmallestBuffer = 256;

    // Rented while something is written: mostly nothing is.
    private byte[] _buffer = [];
    private int _written;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(_written);

    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(_written);

    public override void Advance(int bytes) => _written += bytes;

    /// <summary>
    /// Completes at once unless much is unsent: then the client's own next call waits, which is how it is told to read.
    /// </summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written > 0)
        {
            add(_buffer.AsSpan(0, _written).ToArray());
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _written) = ([], 0);
        }

        var room = queue.WaitForRoomAsync();
        return room.IsCompletedSuccessfully ? default : WaitAsync(room.AsTask(), cancellationToken);
    }

    /// <summary>Nothing to do: whoever owns the connection ends the queue.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Nothing to do: a flush is cancelled by its token.</summary>
    public override void CancelPendingFlush()
    {
    }

    private byte[] Room(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (_buffer.Length < needed)
        {
            var full = _buffer;
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Math.Max(2 * full.Length, needed)));
            full.AsSpan(0, _written).CopyTo(_buffer);
            if (full.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(full);
            }
        }

        return _buffer;
    }

    private static async ValueTask<FlushResult> WaitAsync(Task room, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        return default;
    }
}
