using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>
/// Names of events, segment by segment between dots: a segment <c>*</c> stands for one segment of one character or more, any
/// other for itself. Every event's name is the pattern of itself alone, also one with empty segments such as <c>a..b</c>.
/// </summary>
internal sealed class EventPattern
{
    /// <summary>The longest pattern, in characters.</summary>
    public const int MaxLength = 255;

    private const string Wildcard = "*";

    private readonly string _text;
    private readonly string[] _segments;

    private EventPattern(string text, string[] segments)
    {
        _text = text;
        _segments = segments;
    }

    /// <summary>Reads a pattern, or says what one is.</summary>
    public static Result<EventPattern> Parse(string text)
    {
        string[] segments = Printable.IsWord(text, MaxLength) ? text.Split('.') : [];
        return segments.Length > 0 && Array.TrueForAll(segments, IsWhole)
            ? new EventPattern(text, segments)
            : new Error(
                ErrorCodes.InvalidRequest,
                $"An event pattern is 1 to {MaxLength} printable ASCII characters without spaces; '*' is a whole segment between dots.");
    }

    /// <summary>Whether an event's name fits.</summary>
    public bool Matches(string name)
    {
        var given = name.AsSpan().Split('.');
        foreach (var segment in _segments)
        {
            if (!given.MoveNext() || !Fits(segment, name.AsSpan(given.Current)))
            {
                return false;
            }
        }

        return !given.MoveNext();
    }

    /// <inheritdoc />
    public override string ToString() => _text;

    private static bool IsWhole(string segment) => segment == Wildcard || !segment.Contains('*', StringComparison.Ordinal);

    private static bool Fits(string segment, ReadOnlySpan<char> given) =>
        segment == Wildcard ? !given.IsEmpty : given.SequenceEqual(segment);
}
