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
    private const int SmallestBuffer = 1024;
    private const int MostAtOnce = 16 * 1024;

    private bool _isCancelled;

    // In it stand payloads that were not taken yet, and somewhere behind them what has come of a frame and is not decoded.
    private byte[]? _bytes;
    private int _start;
    private int _examined;
    private int _end;
    private int _undecoded;
    private int _filled;

    private ClientFrame _frame;
    private long _left;
    private bool _isInFrame;
    private bool _isInMessage;
    private bool _isText;
    private Utf8Check _text;

    /// <summary>Whether nothing more comes: the client has closed, is gone, or broke the protocol.</summary>
    public bool HasEnded { get; private set; }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_bytes is null)
        {
            return;
        }

        // A position in an array is its index.
        (_start, _examined) = (consumed.GetInteger(), Math.Max(consumed.GetInteger(), examined.GetInteger()));
        Shrink();
    }

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
    public void LetGo()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            (_start, _examined, _end, _undecoded, _filled) = (0, 0, 0, 0, 0);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    protected override bool TryTake(out ReadResult taken)
    {
        var isCancelled = Interlocked.Exchange(ref _isCancelled, false);
        if (!isCancelled && !HasEnded && _end == _examined)
        {
            taken = default;
            return false;
        }

        var payloads = _bytes is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_bytes, _start, _end - _start);
        taken = new ReadResult(payloads, isCancelled, HasEnded);
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
        Shrink();
    }

    // The connection is gone, as connections go.
    protected override bool TryEnd(Exception exception) => HasEnded = true;

    // Without a message to take only the beginning of a frame is worth a buffer, and not a large one: it may be all that ever comes.
    private void Shrink()
    {
        if (_bytes is null || _start < _end)
        {
            return;
        }

        var rest = _bytes.AsSpan(_undecoded, _filled - _undecoded);
        if (rest.IsEmpty)
        {
            LetGo();
        }
        else if (_bytes.Length > SmallestBuffer && rest.Length <= SmallestBuffer)
        {
            var large = _bytes;
            _bytes = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
            rest.CopyTo(_bytes);
            (_start, _examined, _end, _undecoded, _filled) = (0, 0, 0, 0, rest.Length);
            ArrayPool<byte>.Shared.Return(large);
        }
    }

    private void MakeRoom(int bytes)
    {
        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, SmallestBuffer));
        }
        else if (_bytes.Length - _filled < bytes)
        {
            var full = _bytes;
            var payloads = full.AsSpan(_start, _end - _start);
            var undecoded = full.AsSpan(_undecoded, _filled - _undecoded);
            var needed = payloads.Length + undecoded.Length + bytes;
            _bytes = needed > full.Length ? ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * full.Length)) : full;
            payloads.CopyTo(_bytes);
            undecoded.CopyTo(_bytes.AsSpan(payloads.Length));
            (_start, _examined, _end) = (0, _examined - _start, payloads.Length);
            (_undecoded, _filled) = (_end, _end + undecoded.Length);
            if (_bytes != full)
            {
                ArrayPool<byte>.Shared.Return(full);
            }
        }
    }

    private void Decode(in ReadOnlySequence<byte> bytes)
    {
        var count = (int)bytes.Length;
        MakeRoom(count);
        bytes.CopyTo(_bytes.AsSpan(_filled));
        _filled += count;
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
            _undecoded = _filled; // What comes behind it is none of ours.
        }
    }

    private bool TryBeginFrame()
    {
        if (HasEnded || !ClientFrame.TryRead(_bytes.AsSpan(_undecoded, _filled - _undecoded), out _frame, out var headerBytes))
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

        _undecoded += headerBytes;
        _left = _frame.PayloadBytes;
        return _isInFrame = true;
    }

    /// <summary>Takes what is there of a message's frame; false when it is not all of it.</summary>
    private bool TryTakePayload()
    {
        var payload = _bytes.AsSpan(_undecoded, (int)Math.Min(_left, _filled - _undecoded));
        _frame = _frame.Unmask(payload);
        if (_isText && !_text.TryAppend(payload))
        {
            return Fail(WebSocketCloseStatus.InvalidPayloadData);
        }

        payload.CopyTo(_bytes.AsSpan(_end));
        _end += payload.Length;
        _undecoded += payload.Length;
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
        if (_filled - _undecoded < _left)
        {
            return false;
        }

        var payload = _bytes.AsSpan(_undecoded, (int)_left);
        _frame.Unmask(payload);
        _undecoded += payload.Length;
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
