using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>
/// What was published under idempotency keys in the last 5 minutes, the newest 100,000 of a channel. It counts into the budget
/// of history. Not safe for use by several threads: its stream's lock guards it.
/// </summary>
internal sealed class RecentKeys(HistoryBudget budget, TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Capacity = 100_000;

    // The key, the hash, the receipt, and their places in two collections.
    private const int EntryBytes = 640;

    private readonly Dictionary<IdempotencyKey, Entry> _entries = [];
    private readonly Queue<(IdempotencyKey Key, DateTimeOffset Until)> _byAge = new();

    /// <summary>The earlier receipt under this key, a conflict if it was for another message, or null if there was none.</summary>
    public Result<Receipt>? Find(KeyedBody body)
    {
        ForgetExpired();
        if (!_entries.TryGetValue(body.Key, out var entry))
        {
            return null;
        }

        return entry.Hash.AsSpan().SequenceEqual(body.Hash)
            ? entry.Receipt
            : KeyedBody.Conflict;
    }

    public void Add(KeyedBody body, Receipt receipt)
    {
        _entries[body.Key] = new Entry(body.Hash, receipt);
        _byAge.Enqueue((body.Key, time.GetUtcNow() + Window));
        budget.AddBytes(EntryBytes);
        ForgetExpired();
    }

    /// <summary>Forgets those whose time is over.</summary>
    /// <returns>How many are left.</returns>
    public int ForgetExpired()
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.Until <= time.GetUtcNow() || _byAge.Count > Capacity))
        {
            _byAge.Dequeue();
            _entries.Remove(oldest.Key);
            budget.AddBytes(-EntryBytes);
        }

        return _byAge.Count;
    }

    public void Clear()
    {
        budget.AddBytes(-EntryBytes * (long)_byAge.Count);
        _entries.Clear();
        _byAge.Clear();
    }

    private sealed record Entry(byte[] Hash, Receipt Receipt);
}
