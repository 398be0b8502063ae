using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>What a method takes as values.</summary>
/// <param name="Words">What an error calls them.</param>
/// <param name="Kinds">The kinds of JSON that they are.</param>
internal sealed record ValueTypes(string Words, params JsonValueKind[] Kinds)
{
    /// <summary>What can be equal.</summary>
    public static ValueTypes Scalars { get; } = new(
        "strings, numbers, true, false and null",
        JsonValueKind.String,
        JsonValueKind.Number,
        JsonValueKind.True,
        JsonValueKind.False,
        JsonValueKind.Null);

    /// <summary>What has an order.</summary>
    public static ValueTypes Ordered { get; } = new("numbers and strings", JsonValueKind.Number, JsonValueKind.String);

    /// <summary>What has a beginning and an end.</summary>
    public static ValueTypes Strings { get; } = new("strings", JsonValueKind.String);
}
