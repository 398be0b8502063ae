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

    private KeyValuePair<TKey, TValue>[]? _few;
    private Dictionary<TKey, TValue>? _many;

    /// <summary>How many entries there are.</summary>
    public readonly int Count => _many?.Count ?? _few?.Length ?? 0;

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
            if (_many is not null)
            {
                _many[key] = value;
            }
            else if (IndexOf(key) is var index and >= 0)
            {
                _few![index] = new(key, value);
            }
            else if (Count < Few)
            {
                _few = [.. _few ?? [], new(key, value)];
            }
            else
            {
                _many = new(_few!) { { key, value } };
                _few = null;
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
        if (_many is not null)
        {
            return _many.TryGetValue(key, out value);
        }

        var index = IndexOf(key);
        value = index < 0 ? default : _few![index].Value;
        return index >= 0;
    }

    public bool Remove(TKey key) => Remove(key, out _);

    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_many is not null)
        {
            var wasThere = _many.Remove(key, out value);
            if (_many.Count == 0)
            {
                _many = null;
            }

            return wasThere;
        }

        var index = IndexOf(key);
        if (index < 0)
        {
            value = default;
            return false;
        }

        value = _few![index].Value;
        _few = _few.Length == 1 ? null : [.. _few.AsSpan(0, index), .. _few.AsSpan(index + 1)];
        return true;
    }

    public void Clear() => (_few, _many) = (null, null);

    /// <summary>Walks the entries without an allocation. Nothing may be added or removed meanwhile.</summary>
    public readonly Enumerator GetEnumerator() => new(_few, _many);

    readonly IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() =>
        (_many ?? (IEnumerable<KeyValuePair<TKey, TValue>>?)_few ?? []).GetEnumerator();

    readonly IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<TKey, TValue>>)this).GetEnumerator();

    private readonly int IndexOf(TKey key)
    {
        for (var i = 0; i < (_few?.Length ?? 0); i++)
        {
            if (EqualityComparer<TKey>.Default.Equals(_few![i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    internal struct Enumerator(KeyValuePair<TKey, TValue>[]? few, Dictionary<TKey, TValue>? many)
    {
        private Dictionary<TKey, TValue>.Enumerator _many = many?.GetEnumerator() ?? default;
        private int _index = -1;

        public readonly KeyValuePair<TKey, TValue> Current => many is null ? few![_index] : _many.Current;

        public bool MoveNext() => many is null ? ++_index < (few?.Length ?? 0) : _many.MoveNext();
    }
}
