using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text.Unicode;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// What the client of an upgraded connection sends (RFC 6455): the payloads of its messages, one behind another, as they come. Where a
/// message ends is not told; what is carried marks that itself. A client that breaks the protocol is told so by a close frame. While
/// nothing comes it holds no buffer.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="answers">Takes the control frames that answer the client.</param>
internal sealed class FrameReader(UpgradedLink link, IControlFrames answers) : FilteredReader(link.Input)
{
    private const int MostAtOnce = 16 * 1024;

    private bool _isCancelled;
    private FrameBuffer _buffer;
    private ClientFrame _frame;
    private long _left;
    private bool _isInFrame;
    private bool _isInMessage;
    private bool _isText;
    private Utf8Check _text;

    /// <summary>Whether nothing more comes: the client has closed, is gone, or broke the protocol.</summary>
    public bool HasEnded { get; private set; }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _buffer.Take(consumed, examined);

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCancelled, true);
        Source.CancelPendingRead();
    }

    /// <summary>Nothing to do: whoever owns the connection ends it.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Drops whatever still comes, until the client has closed or is gone; when it is given up, returns too.</summary>
    public async Task ReadToEndAsync(CancellationToken givenUp)
    {
        await using var registration = givenUp.UnsafeRegister(static reader => ((FrameReader)reader!).CancelPendingRead(), this);
        while (!HasEnded && !givenUp.IsCancellationRequested)
        {
            AdvanceTo((await ReadAsync(CancellationToken.None)).Buffer.End);
        }
    }

    /// <summary>Gives its buffer back. What was in it is dropped.</summary>
    public void LetGo() => _buffer.Clear();

    protected override bool TryTake(out ReadResult taken)
    {
        var isCancelled = Interlocked.Exchange(ref _isCancelled, false);
        if (!isCancelled && !HasEnded && !_buffer.HasUnexamined)
        {
            taken = default;
            return false;
        }

        taken = new ReadResult(_buffer.Payloads, isCancelled, HasEnded);
        return true;
    }

    protected override void OnRead(in ReadResult read)
    {
        // What is behind it stays where it is: who is dropped as he comes, or is too slow to be heard, is not copied as a whole.
        var bytes = read.Buffer.Length > MostAtOnce ? read.Buffer.Slice(0, MostAtOnce) : read.Buffer;
        if (!HasEnded && !bytes.IsEmpty)
        {
            link.HasPeerSpoken = true;
            Decode(bytes);
        }

        HasEnded |= read.IsCompleted && bytes.Length == read.Buffer.Length;
        Source.AdvanceTo(bytes.End);
        _buffer.Shrink();
    }

    // The connection is gone, as connections go.
    protected override bool TryEnd(Exception exception) => HasEnded = true;

    private void Decode(in ReadOnlySequence<byte> bytes)
    {
        _buffer.Append(bytes);
        while (_isInFrame || TryBeginFrame())
        {
            if (!(_frame.Opcode >= Opcode.Close ? TryTakeControl() : TryTakePayload()))
            {
                break;
            }

            _isInFrame = false;
        }

        if (HasEnded)
        {
            _buffer.Skip(_buffer.Undecoded.Length); // What comes behind it is none of ours.
        }
    }

    private bool TryBeginFrame()
    {
        if (HasEnded || !ClientFrame.TryRead(_buffer.Undecoded, out _frame, out var headerBytes))
        {
            return false;
        }

        if (!_frame.IsAllowed || _frame.Opcode < Opcode.Close && _isInMessage != (_frame.Opcode == Opcode.Continuation))
        {
            return Fail(WebSocketCloseStatus.ProtocolError);
        }

        if (_frame.Opcode is Opcode.Text or Opcode.Binary)
        {
            (_isInMessage, _isText) = (true, _frame.Opcode == Opcode.Text);
        }

        _buffer.Skip(headerBytes);
        _left = _frame.PayloadBytes;
        return _isInFrame = true;
    }

    /// <summary>Takes what is there of a message's frame; false when it is not all of it.</summary>
    private bool TryTakePayload()
    {
        var payload = _buffer.Undecoded;
        payload = payload[..(int)Math.Min(_left, payload.Length)];
        _frame = _frame.Unmask(payload);
        if (_isText && !_text.TryAppend(payload))
        {
            return Fail(WebSocketCloseStatus.InvalidPayloadData);
        }

        _buffer.KeepPayload(payload.Length);
        _left -= payload.Length;
        if (_left > 0)
        {
            return false;
        }

        if (_frame.IsFinal)
        {
            _isInMessage = false;
            return !_isText || _text.IsWhole || Fail(WebSocketCloseStatus.InvalidPayloadData);
        }

        return true;
    }

    /// <summary>Takes a control frame; false when it is not all there, or was the last.</summary>
    private bool TryTakeControl()
    {
        var payload = _buffer.Undecoded;
        if (payload.Length < _left)
        {
            return false;
        }

        payload = payload[..(int)_left];
        _frame.Unmask(payload);
        _buffer.Skip(payload.Length);
        switch (_frame.Opcode)
        {
            case Opcode.Ping:
                answers.Send(Opcode.Pong, payload);
                return true;
            case Opcode.Close:
                return End(payload);
            default:
                return true; // Nothing was asked.
        }
    }

    // Section 5.5.1: it is answered with the status that it has.
    private bool End(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 1 || payload.Length > 1 && !IsStatus(BinaryPrimitives.ReadUInt16BigEndian(payload)))
        {
            return Fail(WebSocketCloseStatus.ProtocolError);
        }

        if (payload.Length > 2 && !Utf8.IsValid(payload[2..]))
        {
            return Fail(WebSocketCloseStatus.InvalidPayloadData);
        }

        HasEnded = true;
        answers.Send(Opcode.Close, payload[..Math.Min(payload.Length, 2)]);
        return false;
    }

    private bool Fail(WebSocketCloseStatus status)
    {
        HasEnded = true;
        answers.Send(Opcode.Close, CloseStatus.Bytes(status));
        return false;
    }

    // Section 7.4: 1004 to 1006 and 1015 are never sent; the others under 3000 are not defined.
    private static bool IsStatus(ushort code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
