namespace RealtimeGateway.Filters;

/// <summary>
/// The order of texts by their UTF-16 code units, which is that of JavaScript and of <see cref="StringComparer.Ordinal"/>, told
/// from their UTF-8.
/// </summary>
internal static class TextOrder
{
    /// <summary>Negative when the first comes before the second, positive when after it, 0 when they are equal.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var same = left.CommonPrefixLength(right);
        return same < left.Length && same < right.Length ? Rank(left[same]) - Rank(right[same]) : left.Length - right.Length;
    }

    // UTF-8 sorts like code points. UTF-16 differs in one thing: what takes two code units (in UTF-8 it begins with F0 to F4) comes
    // before U+E000 to U+FFFF (which begin with EE and EF).
    private static int Rank(byte one) => one is 0xEE or 0xEF ? one + 0x10 : one;
}
