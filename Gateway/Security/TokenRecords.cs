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

    private readonly ConcurrentDictionary<TKey, TokenRecord<T>> _records = [];
    private int _nextSweep = FirstSweep;
    private object _version = new();

    /// <summary>Another object whenever something was said.</summary>
    public object Version => Volatile.Read(ref _version);

    /// <summary>All that is remembered, in no order.</summary>
    public IEnumerable<KeyValuePair<TKey, TokenRecord<T>>> All
    {
        get
        {
            var forgotten = Forgotten;
            return _records.Where(record => record.Value.At >= forgotten);
        }
    }

    private DateTimeOffset Forgotten => time.GetUtcNow() - memory.Current.Span;

    /// <summary>
    /// What is to be said now of all tokens that are known. It is later than what was said before, by whichever node and its clock.
    /// </summary>
    /// <param name="key">Whose tokens, or which.</param>
    /// <param name="value">What is said.</param>
    /// <param name="latest">When the latest of them that is known says it was issued: its issuer's clock may be ahead.</param>
    public TokenRecord<T> Next(TKey key, T value, DateTimeOffset? latest)
    {
        var now = time.GetUtcNow();
        var next = new TokenRecord<T>(now, latest > now ? latest.Value : now, value);
        return _records.TryGetValue(key, out var known)
            ? known.And(next with { At = known.At < now ? now : known.At.AddTicks(1) })
            : next;
    }

    /// <summary>Remembers what was said, here or elsewhere, now or before.</summary>
    /// <returns>What counts from now on (<see cref="TokenRecord{T}.And"/>).</returns>
    public TokenRecord<T> Set(TKey key, TokenRecord<T> record)
    {
        var counts = _records.AddOrUpdate(key, static (_, record) => record, static (_, known, record) => known.And(record), record);
        Volatile.Write(ref _version, new object());
        SweepIfMany();
        return counts;
    }

    /// <summary>What was said of this token; null for nothing.</summary>
    public T? Find(TKey key, TokenStamp token) =>
        _records.TryGetValue(key, out var record) && !(token.IssuedAt?.ToUnixTimeSeconds() > record.UpTo.ToUnixTimeSeconds()) ? record.Value : null;

    // Rare enough that looking at all of them costs each record little.
    private void SweepIfMany()
    {
        if (_records.Count < Volatile.Read(ref _nextSweep))
        {
            return;
        }

        var forgotten = Forgotten;
        foreach (var record in _records.Where(record => record.Value.At < forgotten))
        {
            _records.TryRemove(record);
        }

        Volatile.Write(ref _nextSweep, Math.Max(FirstSweep, 2 * _records.Count));
    }
}
