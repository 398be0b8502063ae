using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>A method that compares one value in the data with those of a condition.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Types">What it takes as values.</param>
/// <param name="Holds">Whether a value stands so to them; one that is missing is undefined and counts as null.</param>
internal sealed record Comparison(string Method, ValueTypes Types, Func<JsonElement, ScalarSet, bool> Holds)
{
    /// <summary>
    /// How many elements of an array <c>contains</c> looks at, from its first: whoever waits for a publication waits for the
    /// filters of strangers, on data of strangers.
    /// </summary>
    public const int MaxElements = 256;

    /// <summary>How many bytes of a string <c>contains</c> looks at, from its first, for the same reason.</summary>
    public const int MaxTextBytes = 4 * 1024;

    // What is less than any is less than the greatest. Where there is no order, neither is less, equal or greater: null compares so.
    private static readonly Comparison[] All =
    [
        new(FilterMethods.Equal, ValueTypes.Scalars, static (value, set) => set.Contains(value)),
        new(FilterMethods.NotEqual, ValueTypes.Scalars, static (value, set) => !set.Contains(value)),
        new(FilterMethods.LessThan, ValueTypes.Ordered, static (value, set) => set.CompareToGreatest(value) < 0),
        new(FilterMethods.LessThanEqual, ValueTypes.Ordered, static (value, set) => set.CompareToGreatest(value) <= 0),
        new(FilterMethods.GreaterThan, ValueTypes.Ordered, static (value, set) => set.CompareToLeast(value) > 0),
        new(FilterMethods.GreaterThanEqual, ValueTypes.Ordered, static (value, set) => set.CompareToLeast(value) >= 0),
        new(FilterMethods.Contains, ValueTypes.Scalars, Includes),
        new(FilterMethods.StartsWith, ValueTypes.Strings, StartsWith),
        new(FilterMethods.EndsWith, ValueTypes.Strings, EndsWith),
    ];

    /// <summary>The comparison by a method that is one.</summary>
    public static Comparison Of(string method) => All.First(comparison => comparison.Method == method);

    private static bool StartsWith(JsonElement value, ScalarSet set) => set.AnyString(value, static (text, part) => text.StartsWith(part));

    private static bool EndsWith(JsonElement value, ScalarSet set) => set.AnyString(value, static (text, part) => text.EndsWith(part));

    // In valid UTF-8 no character begins within another, so what is found by bytes is found by characters.
    private static bool Includes(JsonElement value, ScalarSet set)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return set.AnyString(value, static (text, part) => text[..Math.Min(text.Length, MaxTextBytes)].IndexOf(part) >= 0);
        }

        var looked = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (looked++ == MaxElements)
            {
                return false;
            }

            if (set.Contains(element))
            {
                return true;
            }
        }

        return false;
    }
}
