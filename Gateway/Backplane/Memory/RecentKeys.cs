using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>
/// What was published under idempotency keys in the last 5 minutes, the newest 1,000 of a channel. Not safe for use by several
/// threads: its stream's lock guards it.
/// </summary>
internal sealed class RecentKeys(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int Capacity = 1_000;

    private readonly Dictionary<IdempotencyKey, Entry> _entries = [];
    private readonly Queue<(IdempotencyKey Key, DateTimeOffset Until)> _byAge = new();

    /// <summary>The earlier result under this key, a conflict if it was another message, or null if there was none.</summary>
    public Result<Publication>? Find(IdempotencyKey key, Publication publication)
    {
        Forget();
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        return entry.Body.AsSpan().SequenceEqual(BodyOf(publication))
            ? entry.Publication
            : new Error(ErrorCodes.Conflict, "Another message was published under this id; choose a new one.");
    }

    public void Add(IdempotencyKey key, Publication publication)
    {
        _entries[key] = new Entry(BodyOf(publication), publication with { Data = default });
        _byAge.Enqueue((key, time.GetUtcNow() + Window));
        Forget();
    }

    private void Forget()
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.Until <= time.GetUtcNow() || _byAge.Count > Capacity))
        {
            _byAge.Dequeue();
            _entries.Remove(oldest.Key);
        }
    }

    // The length in front of the name keeps the two parts apart.
    private static byte[] BodyOf(Publication publication)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(publication.Event.Length));
        hash.AppendData(Encoding.UTF8.GetBytes(publication.Event));
        hash.AppendData(publication.Data.Span);
        return hash.GetHashAndReset();
    }

    private sealed record Entry(byte[] Body, Publication Publication);
}
