namespace RealtimeGateway.Filters;

/// <summary>UTF-8 texts, each once, in an order of theirs. Immutable.</summary>
internal sealed class SortedTexts(IEnumerable<byte[]> texts, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int> order)
{
    private readonly byte[][] _texts = [.. new SortedSet<byte[]>(texts, Comparer<byte[]>.Create((left, right) => order(left, right)))];

    /// <summary>All of them, in order.</summary>
    public ReadOnlySpan<byte[]> All => _texts;

    /// <summary>The first of them; null when there is none.</summary>
    public byte[]? First => _texts is [var first, ..] ? first : null;

    /// <summary>The last of them; null when there is none.</summary>
    public byte[]? Last => _texts is [.., var last] ? last : null;

    /// <summary>Whether one of them is equal to a text, by the order.</summary>
    public bool Contains(ReadOnlySpan<byte> text) => All.BinarySearch(new Sought(text, order)) >= 0;

    private readonly ref struct Sought(ReadOnlySpan<byte> text, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int> order)
        : IComparable<byte[]>
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public int CompareTo(byte[]? other) => order(_text, other);
    }
}
