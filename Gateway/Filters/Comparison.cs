using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>A method that compares one value in the data with those of a condition.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Types">What it takes as values.</param>
/// <param name="Holds">Whether a value stands in this relation to one of them; one that is missing is undefined and counts as null.</param>
internal sealed record Comparison(string Method, ValueTypes Types, Func<JsonElement, ScalarSet, bool> Holds)
{
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
        new(FilterMethods.StartsWith, ValueTypes.Strings, static (value, set) => set.AnyString(value, static (text, part) => text.StartsWith(part))),
        new(FilterMethods.EndsWith, ValueTypes.Strings, static (value, set) => set.AnyString(value, static (text, part) => text.EndsWith(part))),
    ];

    /// <summary>The comparison by a method that is one.</summary>
    public static Comparison Of(string method) => All.First(comparison => comparison.Method == method);

    // In valid UTF-8 no character begins within another, so what is found by bytes is found by characters.
    private static bool Includes(JsonElement value, ScalarSet set)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return set.AnyString(value, static (text, part) => text.IndexOf(part) >= 0);
        }

        foreach (var element in value.EnumerateArray())
        {
            if (set.Contains(element))
            {
                return true;
            }
        }

        return false;
    }
}
