namespace RealtimeGateway.Backplane;

/// <summary>
/// Publications of one channel whose offsets follow one another, found by their offset without a search. Not safe for use by
/// several threads: the lock of whoever holds it guards it.
/// </summary>
internal sealed class PublicationLog
{
    private const int InitialCapacity = 4;

    private Publication[] _ring = [];
    private int _start;

    public int Count { get; private set; }

    /// <summary>About how many bytes all of them take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds the one that follows the last.</summary>
    public void Add(Publication next)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) % _ring.Length] = next;
        Count++;
        Bytes += next.Size;
    }

    /// <summary>Removes the oldest.</summary>
    public void RemoveOldest()
    {
        Bytes -= this[0].Size;
        _ring[_start] = null!;
        _start = (_start + 1) % _ring.Length;
        Count--;
    }

    public void Clear() => (_ring, _start, Count, Bytes) = ([], 0, 0, 0);

    /// <summary>Those with a higher offset, the oldest first.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="limit">Publications at most.</param>
    public Publication[] After(long offset, int limit)
    {
        var from = Math.Clamp(offset + 1 - OldestOffset, 0, Count);
        return Take((int)from, step: 1, (int)Math.Min(limit, Count - from));
    }

    /// <summary>Those with a lower offset, the newest first.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="limit">Publications at most.</param>
    public Publication[] Before(long offset, int limit)
    {
        var end = Math.Clamp(offset - OldestOffset, 0, Count);
        return Take((int)end - 1, step: -1, (int)Math.Min(limit, end));
    }

    /// <summary>The lowest offset; 0 when there is none.</summary>
    private long OldestOffset => Count == 0 ? 0 : this[0].Position!.Offset;

    private Publication this[int index] => _ring[(_start + index) % _ring.Length];

    private Publication[] Take(int first, int step, int count)
    {
        var taken = new Publication[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = this[first + i * step];
        }

        return taken;
    }

    private void Grow()
    {
        var larger = new Publication[Math.Max(InitialCapacity, _ring.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        (_ring, _start) = (larger, 0);
    }
}
