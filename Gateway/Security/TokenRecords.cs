using System.Collections.Concurrent;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security;

/// <summary>
/// What was said at some instant about tokens that were issued up to it. It is remembered for as long as such a token could live;
/// of a newer one it says nothing.
/// </summary>
/// <remarks>
/// The times of tokens are whole seconds, so a token of the same second is one of the older ones; one that does not say when it was
/// issued may be older and is one of them too.
/// </remarks>
internal sealed class TokenRecords<TKey, T>(Live<RevocationMemory> memory, TimeProvider time)
    where TKey : notnull
    where T : class
{
    private const int FirstSweep = 1_000;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = [];
    private int _nextSweep = FirstSweep;
    private object _version = new();

    /// <summary>Another object whenever something was said.</summary>
    public object Version => Volatile.Read(ref _version);

    /// <summary>Says something about the tokens that were issued by now, in the place of what was said before.</summary>
    /// <param name="key">Whose tokens, or which.</param>
    /// <param name="record">What is said.</param>
    /// <param name="latest">When the latest of them that is known says it was issued: its issuer's clock may be ahead.</param>
    public void Set(TKey key, T record, DateTimeOffset? latest)
    {
        var now = time.GetUtcNow();
        _entries[key] = new Entry(now, latest > now ? latest.Value : now, record);
        Volatile.Write(ref _version, new object());
        SweepIfMany();
    }

    /// <summary>What was said of this token; null for nothing.</summary>
    public T? Find(TKey key, TokenStamp token) =>
        _entries.TryGetValue(key, out var entry) && !(token.IssuedAt?.ToUnixTimeSeconds() > entry.UpTo.ToUnixTimeSeconds()) ? entry.Record : null;

    // Rare enough that looking at all of them costs each record little.
    private void SweepIfMany()
    {
        if (_entries.Count < Volatile.Read(ref _nextSweep))
        {
            return;
        }

        var forgotten = time.GetUtcNow() - memory.Current.Span;
        foreach (var entry in _entries.Where(entry => entry.Value.At < forgotten))
        {
            _entries.TryRemove(entry);
        }

        Volatile.Write(ref _nextSweep, Math.Max(FirstSweep, 2 * _entries.Count));
    }

    private sealed record Entry(DateTimeOffset At, DateTimeOffset UpTo, T Record);
}
