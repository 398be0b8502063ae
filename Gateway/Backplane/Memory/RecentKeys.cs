using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>
/// What was published under idempotency keys in the last 5 minutes, the newest 1,000 of a channel. It counts into the budget
/// of history. Not safe for use by several threads: its stream's lock guards it.
/// </summary>
internal sealed class RecentKeys(HistoryBudget budget, TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Capacity = 1_000;

    // The key, the hash, the receipt, and their places in two collections.
    private const int EntryBytes = 640;

    private readonly Dictionary<IdempotencyKey, Entry> _entries = [];
    private readonly Queue<(IdempotencyKey Key, DateTimeOffset Until)> _byAge = new();

    /// <summary>The earlier receipt under this key, a conflict if it was for another message, or null if there was none.</summary>
    public Result<Receipt>? Find(IdempotencyKey key, Publication publication)
    {
        Forget();
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        return entry.Body.AsSpan().SequenceEqual(BodyOf(publication))
            ? entry.Receipt
            : new Error(ErrorCodes.Conflict, "Another message was published under this id; choose a new one.");
    }

    public void Add(IdempotencyKey key, Publication publication, Receipt receipt)
    {
        _entries[key] = new Entry(BodyOf(publication), receipt);
        _byAge.Enqueue((key, time.GetUtcNow() + Window));
        budget.AddBytes(EntryBytes);
        Forget();
    }

    public void Clear()
    {
        budget.AddBytes(-EntryBytes * (long)_byAge.Count);
        _entries.Clear();
        _byAge.Clear();
    }

    private void Forget()
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.Until <= time.GetUtcNow() || _byAge.Count > Capacity))
        {
            _byAge.Dequeue();
            _entries.Remove(oldest.Key);
            budget.AddBytes(-EntryBytes);
        }
    }

    // The length in front of the name keeps the two parts apart. Another serializer may write the same payload otherwise, so
    // what counts is its canonical form.
    private static byte[] BodyOf(Publication publication)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(publication.Event.Length));
        hash.AppendData(Encoding.UTF8.GetBytes(publication.Event));
        hash.AppendData(CanonicalJson.Of(publication.Data));
        return hash.GetHashAndReset();
    }

    private sealed record Entry(byte[] Body, Receipt Receipt);
}
