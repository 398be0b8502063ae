using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What a client sends, on its way to SignalR, without the messages that would make SignalR close the connection: those over
/// the size bound and those nested too deep. Each is dropped as it comes, whatever its size, and told to the edge, which
/// answers it. The first message is the handshake, in JSON, and says how those behind it are framed.
/// </summary>
internal sealed class InboundPipe : PipeReader, IReadFilter
{
    // The message itself, its list of arguments, the object of Publish: these stand around the deepest payload.
    private const int MaxFrameDepth = JsonPayload.MaxDepth + 3;

    private static readonly Error TooDeep = new(
        ErrorCodes.InvalidRequest,
        $"The message nests too deep: data may nest {JsonPayload.MaxDepth} deep.");

    private readonly FilteredReader _transport;
    private readonly IInboundGuard _guard;
    private readonly Live<InboundLimits> _limits;
    private readonly TimeProvider _time;
    private IFraming _framing = JsonFraming.Instance;
    private bool _hasBegun;
    private IFrameScanner? _refusing;
    private Error? _refusal;
    private long _waitingSince;
    private TaskCompletionSource? _finished;
    private bool _isAsked;
    private bool _isClosed;

    /// <summary>A pipe that has read nothing.</summary>
    /// <param name="transport">What the client sends.</param>
    /// <param name="guard">Whom it asks and tells.</param>
    /// <param name="limits">How much one message may be.</param>
    /// <param name="time">The clock.</param>
    public InboundPipe(PipeReader transport, IInboundGuard guard, Live<InboundLimits> limits, TimeProvider time)
    {
        _transport = FilteredReader.Of(transport);
        _transport.Filter = this;
        _guard = guard;
        _limits = limits;
        _time = time;
    }

    /// <summary>
    /// For how long a whole message has been waited for. What SignalR does not ask for, because it is busy with an earlier one,
    /// is not waited for.
    /// </summary>
    public TimeSpan Silence => Volatile.Read(ref _waitingSince) is var since and not 0 ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>The client was told to go: whatever still comes is dropped.</summary>
    public void Close()
    {
        lock (this)
        {
            _isClosed = true;
        }
    }

    /// <summary>Drops whatever still comes, and returns when SignalR has taken what came before: it asks for more, or is gone.</summary>
    public Task FinishAsync()
    {
        lock (this)
        {
            _isClosed = true;
            if (_isAsked)
            {
                return Task.CompletedTask;
            }

            _finished ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _finished.Task;
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _waitingSince, _time.GetTimestamp());
        Ask();
        return _transport.ReadAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result) => _transport.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => _transport.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _transport.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _transport.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Ask(); // Nothing is done any more.
        _transport.Complete(exception);
    }

    private void Ask()
    {
        lock (this)
        {
            _isAsked = true;
            _finished?.TrySetResult();
        }
    }

    // What comes is either dropped, or counts as being taken until more is asked for: nothing is taken behind the back of who waits.
    private bool IsDropped()
    {
        lock (this)
        {
            _isAsked &= _isClosed;
            return _isClosed;
        }
    }

    /// <summary>Lets whole messages through, up to the first that is not in order; drops that one when it comes first.</summary>
    bool IReadFilter.TryPass(ReadResult read, out ReadResult passed)
    {
        if (TryPass(read, out passed))
        {
            Volatile.Write(ref _waitingSince, 0);
            return true;
        }

        Ask();
        return false;
    }

    private bool TryPass(ReadResult read, out ReadResult passed)
    {
        var buffer = IsDropped() ? read.Buffer.Slice(read.Buffer.End) : read.Buffer;
        var good = _refusing is null && !read.IsCanceled ? MeasureGood(buffer) : 0;
        if (good > 0)
        {
            _refusing = null; // What is refused after these is found again when they were read.
            passed = new ReadResult(buffer.Slice(0, good), isCanceled: false, isCompleted: false);
            return true;
        }

        // What has begun and not ended waits here; whoever is woken, or at the end, sees nothing of it.
        passed = new ReadResult(buffer.Slice(0, 0), read.IsCanceled, read.IsCompleted);
        if (read.IsCanceled || read.IsCompleted && (_refusing is null || buffer.IsEmpty))
        {
            return true;
        }

        if (_refusing is null)
        {
            _transport.AdvanceTo(buffer.Start, buffer.End);
        }
        else
        {
            _transport.AdvanceTo(Drop(buffer));
        }

        return false;
    }

    /// <summary>Bytes of whole messages in order from the start; sets what is refused where one follows that is not.</summary>
    private long MeasureGood(ReadOnlySequence<byte> buffer)
    {
        var good = 0L;
        while (!buffer.IsEmpty)
        {
            var frame = _framing.Measure(buffer);
            if (Judge(frame, buffer) is { } error)
            {
                (_refusing, _refusal) = (_framing.CreateScanner(frame), error);
                if (!frame.IsWhole)
                {
                    _guard.OnEndless();
                }

                return good;
            }

            if (!frame.IsWhole)
            {
                return good;
            }

            good += frame.Bytes;
            if (!_hasBegun)
            {
                // It goes alone: what is behind it is for another framing.
                Begin(buffer.Slice(0, frame.Bytes));
                return good;
            }

            buffer = buffer.Slice(frame.Bytes);
        }

        return good;
    }

    private Error? Judge(in Frame frame, in ReadOnlySequence<byte> buffer)
    {
        if (frame.ContentBytes > _limits.Current.MessageBytes)
        {
            return new Error(ErrorCodes.PayloadTooLarge, $"A message has {_limits.Current.MessageBytes} bytes at most.");
        }

        return frame.IsWhole && _framing.IsTooDeep(frame.ContentOf(buffer), MaxFrameDepth) ? TooDeep : null;
    }

    // As SignalR is about to read it, so that both know of the same protocol.
    private void Begin(ReadOnlySequence<byte> handshake)
    {
        _hasBegun = true;
        try
        {
            if (HandshakeProtocol.TryParseRequestMessage(ref handshake, out var request) && _guard.FramingOf(request.Protocol) is { } framing)
            {
                _framing = framing;
            }
        }
        catch (Exception)
        {
            // Whatever its parser finds wrong: SignalR finds it too, and ends the connection.
        }
    }

    /// <summary>Drops what came of the refused message, and tells of it when all of it has come.</summary>
    /// <returns>Up to where.</returns>
    private SequencePosition Drop(ReadOnlySequence<byte> buffer)
    {
        var scanner = _refusing!;
        if (scanner.TakeUntilEnd(ref buffer))
        {
            _refusing = null;
            _guard.OnRefused(scanner, _refusal!);
        }

        return buffer.Start;
    }
}
