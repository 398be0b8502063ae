using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// Writes to the client of an upgraded connection: whatever was written since the last flush goes out as one WebSocket message of
/// one frame. While nothing is to be sent it holds no buffer. Used by one thread at a time, but for <see cref="PutControl"/> and
/// <see cref="CancelPendingFlush"/>.
/// </summary>
/// <remarks>
/// It is all that writes to the connection, control frames included, so no frame is ever inside another. A flush that failed or was
/// given up may have sent a part of a frame, and so nothing comes after it; nor after a close frame.
/// </remarks>
/// <param name="link">The connection.</param>
/// <param name="format">Whether messages are text or binary: all as the first.</param>
internal sealed class FrameWriter(UpgradedLink link, ITransferFormatFeature format) : PipeWriter
{
    // Looked up once: they are far away in memory for who sends to many.
    private Opcode _opcode;
    private SafeSocketHandle? _socket;

    // Begins with room for a header.
    private RentedBuffer _buffer = new(smallest: 4 * 1024);
    private byte[]? _control;
    private CancellationTokenSource? _waiting;
    private volatile bool _isOver;

    /// <summary>
    /// A control frame, to go with the next flush. A later one takes the place of one that was not sent yet, as with pongs it may
    /// (RFC 6455, section 5.5.3); nothing takes the place of a close frame.
    /// </summary>
    public void PutControl(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = FrameHeader.Control(opcode, payload);
        byte[]? standing;
        do
        {
            standing = Volatile.Read(ref _control);
            if (standing is not null && FrameHeader.OpcodeOf(standing) == Opcode.Close)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _control, frame, standing) != standing);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Prefetch.Object(_socket); // Its turn comes when the frame is finished.
        if (_buffer.Count == 0)
        {
            _ = _buffer.GetMemory(FrameHeader.MaxBytes);
            _buffer.Advance(FrameHeader.MaxBytes);
        }

        return _buffer.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    /// <summary>Sends what was written. It waits only for a client that does not read.</summary>
    /// <returns>Completed when nothing more can be sent.</returns>
    /// <exception cref="OperationCanceledException"><see cref="CancelPendingFlush"/> has ended it.</exception>
    /// <exception cref="Exception">The connection is gone: what its socket or its stream throws for that.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver)
        {
            return new(EndFlush());
        }

        var frames = TakeFrames(out var isLast);
        if (frames.IsEmpty)
        {
            return default; // An earlier flush took the control frame.
        }

        var sent = (_socket ??= link.DirectSocket) is { } socket ? LinuxSocket.Send(socket, frames.Span) : 0;
        return sent == frames.Length ? new(EndFlush(isLast)) : SendRestAsync(frames[sent..], isLast);
    }

    /// <summary>Ends a flush that waits.</summary>
    public override void CancelPendingFlush()
    {
        _isOver = true;
        try
        {
            Volatile.Read(ref _waiting)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>Nothing to do: whoever owns the connection ends it.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    private async ValueTask<FlushResult> SendRestAsync(ReadOnlyMemory<byte> rest, bool isLast)
    {
        using var waiting = new CancellationTokenSource();
        Volatile.Write(ref _waiting, waiting);
        try
        {
            if (!_isOver)
            {
                await link.SendAsync(rest, waiting.Token);
            }

            return EndFlush(isLast);
        }
        catch
        {
            EndFlush(isLast: true);
            throw;
        }
        finally
        {
            Volatile.Write(ref _waiting, null);
        }
    }

    private FlushResult EndFlush(bool isLast = false)
    {
        if (isLast)
        {
            _isOver = true;
        }

        _buffer.Clear();
        return new FlushResult(isCanceled: false, isCompleted: _isOver);
    }

    /// <summary>The message as a frame, and behind it the control frame that waits.</summary>
    private ReadOnlyMemory<byte> TakeFrames(out bool isLast)
    {
        var begin = FrameHeader.MaxBytes;
        if (_buffer.Count > begin)
        {
            if (_opcode == default)
            {
                _opcode = format.ActiveFormat == TransferFormat.Binary ? Opcode.Binary : Opcode.Text;
            }

            begin -= FrameHeader.WriteBefore(_buffer.Written.Span[..begin], _opcode, _buffer.Count - begin);
        }

        isLast = false;
        if (Volatile.Read(ref _control) is not null)
        {
            var control = Interlocked.Exchange(ref _control, null)!; // Others only replace it.
            control.CopyTo(GetSpan(control.Length));
            Advance(control.Length);
            isLast = FrameHeader.OpcodeOf(control) == Opcode.Close;
        }

        return _buffer.Count > begin ? _buffer.Written[begin..] : default;
    }
}
