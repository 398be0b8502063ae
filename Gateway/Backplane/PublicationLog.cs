namespace RealtimeGateway.Backplane;

/// <summary>
/// Publications of one channel whose offsets follow one another, found by their offset without a search. To be kept in one place, not
/// copied: most channels keep none. Not safe for use by several threads: the lock of whoever holds it guards it.
/// </summary>
internal struct PublicationLog
{
    private const int InitialCapacity = 4;

    private Publication[]? _ring;
    private int _start;

    public int Count { readonly get; private set; }

    /// <summary>About how many bytes all of them take.</summary>
    public long Bytes { readonly get; private set; }

    /// <summary>Adds the one that follows the last.</summary>
    public void Add(Publication next)
    {
        var ring = _ring is { } some && Count < some.Length ? some : Grow();
        ring[(_start + Count) % ring.Length] = next;
        Count++;
        Bytes += next.Size;
    }

    /// <summary>Removes the oldest.</summary>
    public void RemoveOldest()
    {
        Bytes -= this[0].Size;
        _ring![_start] = null!;
        _start = (_start + 1) % _ring.Length;
        Count--;
    }

    public void Clear() => this = default;

    /// <summary>Those with a higher offset, the oldest first.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="limit">Publications at most.</param>
    public readonly Publication[] After(long offset, int limit)
    {
        var from = Math.Clamp(offset + 1 - OldestOffset, 0, Count);
        return Take((int)from, step: 1, (int)Math.Min(limit, Count - from));
    }

    /// <summary>Those with a lower offset, the newest first.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="limit">Publications at most.</param>
    public readonly Publication[] Before(long offset, int limit)
    {
        var end = Math.Clamp(offset - OldestOffset, 0, Count);
        return Take((int)end - 1, step: -1, (int)Math.Min(limit, end));
    }

    /// <summary>The lowest offset; 0 when there is none.</summary>
    private readonly long OldestOffset => Count == 0 ? 0 : this[0].Position!.Offset;

    private readonly Publication this[int index] => _ring![(_start + index) % _ring.Length];

    private readonly Publication[] Take(int first, int step, int count)
    {
        var taken = new Publication[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = this[first + i * step];
        }

        return taken;
    }

    private Publication[] Grow()
    {
        var larger = new Publication[Math.Max(InitialCapacity, Count * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        (_ring, _start) = (larger, 0);
        return larger;
    }
}
