using System.Collections.Concurrent;

namespace RealtimeGateway.Primitives;

/// <summary>
/// What was made of a name, at hand for those that are used again and again. Names come from strangers, so it is bounded: it keeps
/// two generations, and when the young one is full it becomes the old one and the old one is forgotten. What is used in time
/// moves on; who asks for ever new names makes others cost what they would without it, and no more.
/// </summary>
/// <param name="make">Makes the value of a name: the same whenever it is asked, and not null.</param>
/// <param name="generation">Names in one generation at most; but for the few that several threads add at once.</param>
internal sealed class RecentValues<TValue>(Func<string, TValue> make, int generation)
    where TValue : class
{
    private Generation _young = new();
    private Generation _old = new();

    /// <summary>How many names it keeps: twice the generation at most.</summary>
    public int Count => Volatile.Read(ref _young).Count + Volatile.Read(ref _old).Count;

    /// <summary>The value of a name.</summary>
    public TValue this[string name] => Volatile.Read(ref _young).Values.TryGetValue(name, out var value) ? value : Add(name);

    private TValue Add(string name)
    {
        var young = Volatile.Read(ref _young);
        var value = Volatile.Read(ref _old).Values.GetValueOrDefault(name) ?? make(name);
        if (young.Values.TryAdd(name, value) && Interlocked.Increment(ref young.Count) == generation)
        {
            // Only the one that filled it comes here.
            Volatile.Write(ref _old, young);
            Volatile.Write(ref _young, new Generation());
        }

        return value;
    }

    private sealed class Generation
    {
        // The dictionary's own count takes all of its locks.
        public int Count;

        public ConcurrentDictionary<string, TValue> Values { get; } = new(StringComparer.Ordinal);
    }
}
