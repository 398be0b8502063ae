namespace RealtimeGateway.Filters;

/// <summary>Interests of which one is enough. Equal sets want the same and are told the same.</summary>
internal sealed class InterestSet : IEquatable<InterestSet>
{
    private static readonly string[] NoKeys = [];

    private readonly bool _hasPlain;
    private readonly Interest[] _selective;
    private readonly int _hash;

    private InterestSet(bool hasPlain, Interest[] selective)
    {
        _hasPlain = hasPlain;
        _selective = selective;
        var hash = new HashCode();
        hash.Add(hasPlain);
        Array.ForEach(selective, hash.Add);
        _hash = hash.ToHashCode();
    }

    /// <summary>Wants all there is.</summary>
    public static InterestSet Everything { get; } = new(hasPlain: true, []);

    /// <summary>Wants nothing.</summary>
    public static InterestSet Nothing { get; } = new(hasPlain: false, []);

    /// <summary>Those that do not want everything, each once.</summary>
    public IReadOnlyList<Interest> Selective => _selective;

    public static InterestSet Of(IReadOnlyCollection<Interest> interests)
    {
        // As nearly always.
        if (interests.All(interest => interest.Key is null))
        {
            return interests.Count > 0 ? Everything : Nothing;
        }

        var distinct = interests.Distinct().ToArray();
        Interest[] selective = [.. distinct.Where(interest => interest.Key is not null).OrderBy(interest => interest.Key, StringComparer.Ordinal)];
        var hasPlain = selective.Length < distinct.Length;
        return new InterestSet(hasPlain, selective);
    }

    /// <summary>Asks its interests.</summary>
    /// <param name="matches">Whether a selective one matches.</param>
    /// <param name="asker">What <paramref name="matches"/> is given beside it.</param>
    /// <returns>The keys of the selective ones that match, in their order; null when nothing here wants it.</returns>
    public IReadOnlyList<string>? Match<T>(Func<T, Interest, bool> matches, T asker)
    {
        if (_selective.Length == 0)
        {
            return _hasPlain ? NoKeys : null;
        }

        List<string>? keys = null;
        foreach (var interest in _selective)
        {
            if (matches(asker, interest))
            {
                (keys ??= []).Add(interest.Key!);
            }
        }

        return keys ?? (_hasPlain ? NoKeys : (IReadOnlyList<string>?)null);
    }

    public bool Equals(InterestSet? other) =>
        other is not null && (ReferenceEquals(this, other) || _hasPlain == other._hasPlain && _selective.AsSpan().SequenceEqual(other._selective));

    public override bool Equals(object? obj) => Equals(obj as InterestSet);

    public override int GetHashCode() => _hash;
}
