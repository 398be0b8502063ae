using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace RealtimeGateway.Primitives;

/// <summary>
/// A reader that makes something of another's bytes, and lets a filter look at it. The three wait as one, and the reader is itself what
/// is waited for: each wait of its own would be kept by every idle connection, and take its time with every message.
/// </summary>
internal abstract class FilteredReader : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly Action _goOn;

    // One read at a time, awaited once, as for every pipe.
    private ManualResetValueTaskSourceCore<ReadResult> _wait;
    private ValueTaskAwaiter<ReadResult> _reading;
    private CancellationToken _cancellation;

    /// <summary>A reader that has read nothing.</summary>
    /// <param name="source">The other.</param>
    protected FilteredReader(PipeReader source)
    {
        Source = source;
        _goOn = GoOn;
    }

    /// <summary>The filter; null for none.</summary>
    public IReadFilter? Filter { private get; set; }

    /// <summary>What it reads from.</summary>
    protected PipeReader Source { get; }

    /// <summary>Any reader as one that can be filtered.</summary>
    public static FilteredReader Of(PipeReader reader) => reader as FilteredReader ?? new Unchanged(reader);

    /// <inheritdoc />
    public sealed override bool TryRead(out ReadResult result)
    {
        while (TryTake(out var taken))
        {
            if (Filter is null)
            {
                result = taken;
                return true;
            }

            if (Filter.TryPass(taken, out result))
            {
                return true;
            }
        }

        result = default;
        return false;
    }

    /// <inheritdoc />
    public sealed override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        _cancellation = cancellationToken;
        if (TryReadOn(out var result))
        {
            return new(result);
        }

        _wait.Reset();
        Wait();
        return new(this, _wait.Version);
    }

    /// <summary>Takes what there is, before the filter.</summary>
    protected abstract bool TryTake(out ReadResult taken);

    /// <summary>The source was read.</summary>
    protected abstract void OnRead(in ReadResult read);

    /// <summary>The source could not be read.</summary>
    /// <returns>Whether that is taken as the end of what it has; if not it is the caller's exception.</returns>
    protected abstract bool TryEnd(Exception exception);

    // Reads the source for as long as that takes no waiting, and no longer than needed.
    private bool TryReadOn(out ReadResult result)
    {
        while (!TryRead(out result))
        {
            _reading = BeginReading();
            if (!_reading.IsCompleted)
            {
                return false;
            }

            TakeReading();
        }

        return true;
    }

    // A pipe that was completed with an exception throws it at once; others, when what they return is awaited.
    [SuppressMessage("Reliability", "CA2012", Justification = "It is consumed once, and only when it has completed.")]
    private ValueTaskAwaiter<ReadResult> BeginReading()
    {
        try
        {
            return Source.ReadAsync(_cancellation).GetAwaiter();
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<ReadResult>(exception).GetAwaiter();
        }
    }

    // Without the caller's execution context: whoever awaits has his own, and a filter works without.
    private void Wait() => _reading.UnsafeOnCompleted(_goOn);

    private void GoOn()
    {
        ReadResult result;
        try
        {
            TakeReading();
            if (!TryReadOn(out result))
            {
                Wait();
                return;
            }
        }
        catch (Exception exception)
        {
            _wait.SetException(exception);
            return;
        }

        _wait.SetResult(result);
    }

    private void TakeReading()
    {
        ReadResult read;
        try
        {
            read = _reading.GetResult();
        }
        catch (Exception exception) when (!_cancellation.IsCancellationRequested)
        {
            if (!TryEnd(exception))
            {
                throw;
            }

            return;
        }

        OnRead(read);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private sealed class Unchanged(PipeReader source) : FilteredReader(source)
    {
        private ReadResult? _read;

        public override void AdvanceTo(SequencePosition consumed) => Source.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => Source.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => Source.CancelPendingRead();

        public override void Complete(Exception? exception = null) => Source.Complete(exception);

        protected override bool TryTake(out ReadResult taken)
        {
            if (_read is not { } read)
            {
                return Source.TryRead(out taken);
            }

            (_read, taken) = (null, read);
            return true;
        }

        protected override void OnRead(in ReadResult read) => _read = read;

        protected override bool TryEnd(Exception exception) => false;
    }
}
