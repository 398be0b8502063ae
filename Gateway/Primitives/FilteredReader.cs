using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace RealtimeGateway.Primitives;

/// <summary>
/// A reader that makes something of another's bytes, and lets a filter look at it. The three wait as one: each wait of its own would
/// be kept by every idle connection, and take its time with every message.
/// </summary>
/// <param name="source">The other.</param>
internal abstract class FilteredReader(PipeReader source) : PipeReader
{
    /// <summary>The filter; null for none.</summary>
    public IReadFilter? Filter { private get; set; }

    /// <summary>What it reads from.</summary>
    protected PipeReader Source => source;

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
    public sealed override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out var result) ? new(result) : WaitAsync(cancellationToken);

    /// <summary>Takes what there is, before the filter.</summary>
    protected abstract bool TryTake(out ReadResult taken);

    /// <summary>The source was read.</summary>
    protected abstract void OnRead(in ReadResult read);

    /// <summary>The source could not be read.</summary>
    /// <returns>Whether that is taken as the end of what it has; if not it is the caller's exception.</returns>
    protected abstract bool TryEnd(Exception exception);

    // One read at a time, awaited once, as for every pipe: what waits can be used again by the next.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = default(ReadResult?);
            try
            {
                read = await source.ReadAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (!TryEnd(exception))
                {
                    throw;
                }
            }

            if (read is { } some)
            {
                OnRead(some);
            }

            if (TryRead(out var result))
            {
                return result;
            }
        }
    }

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
