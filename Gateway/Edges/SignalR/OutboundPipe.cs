using System.IO.Pipelines;
using RealtimeGateway.Primitives;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What SignalR itself writes to a client (answers, pings, the handshake), on its way into the same queue as publications. It
/// flushes whole messages only, so a flush is an entry of the queue.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="connection">Puts what was flushed into it.</param>
internal sealed class OutboundPipe(OutboundQueue queue, SignalRConnection connection) : PipeWriter
{
    private RentedBuffer _buffer = new(smallest: 256);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    /// <summary>
    /// Completes at once unless much is unsent: then the client's own next call waits, which is how it is told to read.
    /// </summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_buffer.Count > 0)
        {
            connection.OnFlushed(_buffer.Written.ToArray());
            _buffer.Clear();
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

    private static async ValueTask<FlushResult> WaitAsync(Task room, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        return default;
    }
}
