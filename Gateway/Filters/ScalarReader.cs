using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>Reads the values of a comparison.</summary>
internal static class ScalarReader
{
    /// <summary>The longest string, in UTF-16 code units.</summary>
    public const int MaxStringLength = 1_024;

    /// <summary>The longest number, in characters of JSON.</summary>
    public const int MaxNumberLength = 255;

    /// <summary>The values as a set, or what is wrong with them.</summary>
    /// <param name="method">The name of the method that compares with them.</param>
    /// <param name="types">What they may be.</param>
    /// <param name="values">What was written.</param>
    public static Result<ScalarSet> Read(string method, ValueTypes types, IReadOnlyList<JsonElement> values)
    {
        if (values.Count == 0 || values.Any(value => !types.Kinds.Contains(value.ValueKind)))
        {
            return new Error(ErrorCodes.InvalidRequest, $"'{method}' takes one value or more: {types.Words}.");
        }

        var byKind = values.ToLookup(value => value.ValueKind);
        string?[] strings = [.. byKind[JsonValueKind.String].Select(ReadText)];
        if (strings.Contains(null))
        {
            return new Error(ErrorCodes.InvalidRequest, "A string of a filter is not valid UTF-8, or holds half of a surrogate pair.");
        }

        if (strings.Any(text => text!.Length > MaxStringLength))
        {
            return new Error(ErrorCodes.LimitExceeded, $"A string of a filter has {MaxStringLength} characters at most.");
        }

        byte[][] numbers = [.. byKind[JsonValueKind.Number].Select(number => JsonMarshal.GetRawUtf8Value(number).ToArray())];
        if (numbers.Any(number => number.Length > MaxNumberLength))
        {
            return new Error(ErrorCodes.LimitExceeded, $"A number of a filter has {MaxNumberLength} characters at most.");
        }

        var literals = byKind.Select(kind => kind.Key).Except([JsonValueKind.String, JsonValueKind.Number]);
        return new ScalarSet(strings.Select(text => Encoding.UTF8.GetBytes(text!)), numbers, literals);
    }

    // Null where it is no text, which is valid JSON all the same (RFC 8259, 8.2).
    private static string? ReadText(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
