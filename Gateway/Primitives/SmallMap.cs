using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace RealtimeGateway.Primitives;

/// <summary>
/// A dictionary that mostly has one entry or two, and of which there are many: each connection has some. A few entries stand in an array
/// without room to spare, where they are found by looking at each; for more it is a dictionary. Keys are compared as they compare
/// themselves, texts by their characters. To be kept in one place, not copied; not safe for use by several threads.
/// </summary>
internal struct SmallMap<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private const int Few = 8;

    // An array of a few, a dictionary of more, or null: one field, since there are so many of these.
    private object? _entries;

    /// <summary>How many entries there are.</summary>
    public readonly int Count => _entries switch
    {
        null => 0,
        KeyValuePair<TKey, TValue>[] few => few.Length,
        var many => ((Dictionary<TKey, TValue>)many).Count,
    };

    /// <summary>The keys. Nothing may be added or removed while they are walked.</summary>
    public readonly IEnumerable<TKey> Keys => this.Select(entry => entry.Key);

    /// <summary>The values. Nothing may be added or removed while they are walked.</summary>
    public readonly IEnumerable<TValue> Values => this.Select(entry => entry.Value);

    /// <summary>The value of a key, which is added or replaced when it is set.</summary>
    /// <exception cref="KeyNotFoundException">The key that is asked for is not there.</exception>
    public TValue this[TKey key]
    {
        readonly get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The key '{key}' is not there.");
        set
        {
            if (_entries is Dictionary<TKey, TValue> many)
            {
                many[key] = value;
                return;
            }

            var few = (KeyValuePair<TKey, TValue>[]?)_entries ?? [];
            if (IndexOf(few, key) is var index and >= 0)
            {
                few[index] = new(key, value);
            }
            else if (few.Length < Few)
            {
                _entries = (KeyValuePair<TKey, TValue>[])[.. few, new(key, value)];
            }
            else
            {
                _entries = new Dictionary<TKey, TValue>(few) { { key, value } };
            }
        }
    }

    /// <summary>A map of its own with these entries.</summary>
    public static SmallMap<TKey, TValue> Of(IEnumerable<KeyValuePair<TKey, TValue>> entries)
    {
        var map = default(SmallMap<TKey, TValue>);
        foreach (var (key, value) in entries)
        {
            map[key] = value;
        }

        return map;
    }

    /// <summary>Adds an entry.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void Add(TKey key, TValue value)
    {
        if (ContainsKey(key))
        {
            throw new ArgumentException($"The key '{key}' is there already.", nameof(key));
        }

        this[key] = value;
    }

    public readonly bool ContainsKey(TKey key) => TryGetValue(key, out _);

    public readonly TValue? GetValueOrDefault(TKey key) => TryGetValue(key, out var value) ? value : default;

    public readonly bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_entries is KeyValuePair<TKey, TValue>[] few)
        {
            var index = IndexOf(few, key);
            value = index < 0 ? default : few[index].Value;
            return index >= 0;
        }

        value = default;
        return _entries is not null && ((Dictionary<TKey, TValue>)_entries).TryGetValue(key, out value);
    }

    public bool Remove(TKey key) => Remove(key, out _);

    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!TryGetValue(key, out value))
        {
            return false;
        }

        if (Count == 1)
        {
            _entries = null;
        }
        else if (_entries is KeyValuePair<TKey, TValue>[] few)
        {
            var index = IndexOf(few, key);
            _entries = (KeyValuePair<TKey, TValue>[])[.. few.AsSpan(0, index), .. few.AsSpan(index + 1)];
        }
        else
        {
            ((Dictionary<TKey, TValue>)_entries!).Remove(key);
        }

        return true;
    }

    public void Clear() => _entries = null;

    /// <summary>Walks the entries without an allocation. Nothing may be added or removed meanwhile.</summary>
    public readonly Enumerator GetEnumerator() => new(_entries);

    readonly IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<TKey, TValue>>)(_entries ?? Array.Empty<KeyValuePair<TKey, TValue>>())).GetEnumerator();

    readonly IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<TKey, TValue>>)this).GetEnumerator();

    private static int IndexOf(KeyValuePair<TKey, TValue>[] few, TKey key)
    {
        for (var i = 0; i < few.Length; i++)
        {
            if (EqualityComparer<TKey>.Default.Equals(few[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    internal struct Enumerator
    {
        private readonly KeyValuePair<TKey, TValue>[]? _few;
        private Dictionary<TKey, TValue>.Enumerator _many;
        private int _index = -1;

        public Enumerator(object? entries)
        {
            _few = entries as KeyValuePair<TKey, TValue>[] ?? (entries is null ? [] : null);
            _many = _few is null ? ((Dictionary<TKey, TValue>)entries!).GetEnumerator() : default;
        }

        public readonly KeyValuePair<TKey, TValue> Current => _few is null ? _many.Current : _few[_index];

        public bool MoveNext() => _few is null ? _many.MoveNext() : ++_index < _few.Length;
    }
}
