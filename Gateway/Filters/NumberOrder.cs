using System.Buffers.Text;

namespace RealtimeGateway.Filters;

/// <summary>The order of JSON numbers by value, exactly and at any size: 1, 1.0 and 10e-1 are equal, 0.1 and 0.1000…01 are not.</summary>
internal static class NumberOrder
{
    /// <summary>Negative when the first is less than the second, positive when it is greater, 0 when they are equal.</summary>
    /// <param name="left">A number as JSON has it.</param>
    /// <param name="right">Another, of which one of the two is a filter's (<see cref="ExactNumber.CompareTo"/>).</param>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        TryRead(left, out var first) && TryRead(right, out var second)
            ? first.CompareTo(second)
            : new ExactNumber(left).CompareTo(new ExactNumber(right));

    private static bool TryRead(ReadOnlySpan<byte> number, out long value) =>
        Utf8Parser.TryParse(number, out value, out var read) && read == number.Length;
}
