using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RealtimeGateway.Contracts;

/// <summary>Reads the parts of a request, and says in a sentence what was expected where they do not fit.</summary>
internal static class JsonShapes
{
    public static T Body<T>(ref Utf8JsonReader reader, JsonSerializerOptions options, string expected)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, InfoOf<T>(options)) ?? throw new ShapeException(expected);
        }
        catch (JsonException exception) when (exception is not ShapeException)
        {
            throw new ShapeException(expected, exception);
        }
    }

    /// <summary>A list of names, none of which is null.</summary>
    public static IReadOnlyList<string> Names(ref Utf8JsonReader reader, JsonSerializerOptions options, string expected)
    {
        var names = List<string?>(ref reader, options, expected);
        return names.Contains(null) ? throw new ShapeException(expected) : (IReadOnlyList<string>)names!;
    }

    public static IReadOnlyList<T> List<T>(ref Utf8JsonReader reader, JsonSerializerOptions options, string expected) =>
        Body<List<T>>(ref reader, options, expected);

    /// <summary>Writes a part of a request.</summary>
    public static void Write<T>(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, InfoOf<T>(options));

    /// <summary>A part of a request as an element.</summary>
    public static JsonElement ToElement<T>(T value, JsonSerializerOptions options) => JsonSerializer.SerializeToElement(value, InfoOf<T>(options));

    // What the options know of the type: from source generation (ContractsJson) or by reflection, as they are made.
    private static JsonTypeInfo<T> InfoOf<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
