namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>
/// The publications of one arrangement: which of them are in flight, and how long each delivery took. A publication is in flight until every
/// subscriber has it.
/// </summary>
internal sealed class Ledger
{
    // More than can be in flight before a measurement is given up.
    private const int Capacity = 1 << 16;

    private readonly Entry[] _entries = new Entry[Capacity];
    private readonly Queue<long> _completions = new(Capacity);
    private int _last;

    /// <summary>How many are in flight.</summary>
    public int InFlight { get; private set; }

    /// <summary>Deliveries so far.</summary>
    public long Deliveries { get; private set; }

    /// <summary>Publications so far.</summary>
    public int Publications => _last;

    /// <summary>Deliveries of what was not, or no longer, in flight.</summary>
    public long Strays { get; private set; }

    /// <summary>Where the time of each delivery is written, while it is measured; null while it is not.</summary>
    public Histogram? Latencies { get; set; }

    /// <summary>A publication begins.</summary>
    /// <param name="scheduled">When it should, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
    /// <param name="audience">How many are to get it, 1 or more.</param>
    /// <returns>Its number, from 1.</returns>
    public int Begin(long scheduled, int audience)
    {
        ref var entry = ref _entries[++_last % Capacity];
        if (entry.Missing > 0)
        {
            throw new InvalidOperationException($"More than {Capacity} publications are in flight.");
        }

        entry = new Entry(_last, scheduled) { Missing = audience };
        InFlight++;
        return _last;
    }

    /// <summary>One subscriber has got it.</summary>
    /// <param name="sequence">The publication's number.</param>
    /// <param name="now">By <see cref="System.Diagnostics.Stopwatch"/>.</param>
    public void Deliver(int sequence, long now)
    {
        ref var entry = ref _entries[sequence % Capacity];
        if (entry.Sequence != sequence || entry.Missing == 0)
        {
            Strays++;
            return;
        }

        Deliveries++;
        Latencies?.Record(now - entry.Scheduled);
        if (--entry.Missing == 0)
        {
            InFlight--;
            _completions.Enqueue(now);
        }
    }

    /// <summary>When a publication was complete, each of them once, in order.</summary>
    public bool TryTakeCompletion(out long time) => _completions.TryDequeue(out time);

    private record struct Entry(int Sequence, long Scheduled)
    {
        public int Missing { get; set; }
    }
}
