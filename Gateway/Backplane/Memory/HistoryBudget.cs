namespace RealtimeGateway.Backplane.Memory;

/// <summary>What all streams of a broker hold together.</summary>
internal sealed class HistoryBudget
{
    private long _bytes;
    private int _idleStreams;
    private int _histories;

    /// <summary>Bytes of kept payloads, with an allowance for what surrounds each.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Streams that nobody hears and that have something to remember: a position, or recent keys.</summary>
    public int IdleStreams => Volatile.Read(ref _idleStreams);

    /// <summary>Streams that keep publications.</summary>
    public int Histories => Volatile.Read(ref _histories);

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddIdleStreams(int streams) => Interlocked.Add(ref _idleStreams, streams);

    public void AddHistories(int streams) => Interlocked.Add(ref _histories, streams);
}
