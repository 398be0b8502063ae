namespace RealtimeGateway.Backplane.Memory;

/// <summary>What all streams of a broker hold together.</summary>
internal sealed class HistoryBudget
{
    private long _bytes;
    private int _idleStreams;

    /// <summary>Bytes of kept payloads, with an allowance for what surrounds each.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Streams that nobody hears and that have something to remember: a position, or recent keys.</summary>
    public int IdleStreams => Volatile.Read(ref _idleStreams);

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddIdleStreams(int streams) => Interlocked.Add(ref _idleStreams, streams);
}
