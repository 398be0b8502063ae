using System.Runtime.InteropServices;
using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>
/// The values of a condition, each once: strings in their order, numbers in theirs, and which of true, false and null. Values of
/// different types are neither equal nor in any order.
/// </summary>
internal sealed class ScalarSet
{
    private readonly SortedTexts _strings;
    private readonly SortedTexts _numbers;
    private readonly JsonValueKind[] _literals;

    /// <param name="strings">What the strings say, in UTF-8.</param>
    /// <param name="numbers">The numbers as JSON has them.</param>
    /// <param name="literals">Which of true, false and null, each once.</param>
    public ScalarSet(IEnumerable<byte[]> strings, IEnumerable<byte[]> numbers, IEnumerable<JsonValueKind> literals)
    {
        _strings = new SortedTexts(strings, TextOrder.Compare);
        _numbers = new SortedTexts(numbers, NumberOrder.Compare);
        _literals = [.. literals.Order()];
    }

    /// <summary>Null alone.</summary>
    public static ScalarSet Null { get; } = new([], [], [JsonValueKind.Null]);

    /// <summary>Whether one of them is equal to a value; what is undefined is null.</summary>
    public bool Contains(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                using (var text = new JsonText(value))
                {
                    return _strings.Contains(text.Utf8);
                }

            case JsonValueKind.Number:
                return _numbers.Contains(JsonMarshal.GetRawUtf8Value(value));
            case JsonValueKind.Undefined:
                return _literals.Contains(JsonValueKind.Null);
            default:
                return _literals.Contains(value.ValueKind);
        }
    }

    /// <summary>How a value compares with the least of its type; null where there is no order.</summary>
    public int? CompareToLeast(JsonElement value) => Compare(value, static texts => texts.First);

    /// <summary>How a value compares with the greatest of its type; null where there is no order.</summary>
    public int? CompareToGreatest(JsonElement value) => Compare(value, static texts => texts.Last);

    /// <summary>Whether a value is a string and has something to do with one of the strings.</summary>
    /// <param name="value">The value.</param>
    /// <param name="holds">What it has to do with it, told from the UTF-8 of both.</param>
    public bool AnyString(JsonElement value, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> holds)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        using var text = new JsonText(value);
        foreach (var one in _strings.All)
        {
            if (holds(text.Utf8, one))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The canonical text, in JSON: equal sets have the same.</summary>
    public override string ToString()
    {
        var texts = _literals.Select(literal => literal.ToString().ToLowerInvariant()).ToList();
        foreach (var number in _numbers.All)
        {
            texts.Add(new ExactNumber(number).ToString());
        }

        foreach (var text in _strings.All)
        {
            texts.Add($"\"{JsonEncodedText.Encode(text)}\"");
        }

        return $"[{string.Join(',', texts)}]";
    }

    private int? Compare(JsonElement value, Func<SortedTexts, byte[]?> pick)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when pick(_numbers) is { } number:
                return NumberOrder.Compare(JsonMarshal.GetRawUtf8Value(value), number);
            case JsonValueKind.String when pick(_strings) is { } text:
                using (var given = new JsonText(value))
                {
                    return TextOrder.Compare(given.Utf8, text);
                }

            default:
                return null;
        }
    }
}
