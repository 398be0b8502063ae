using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>
/// One condition of a filter: <c>{ method, attribute?, values? }</c>. A filter is a list of them, and holds when all of them do.
/// </summary>
[JsonConverter(typeof(FilterConditionConverter))]
public sealed record FilterCondition
{
    /// <summary>
    /// <c>equal</c>, <c>notEqual</c>, <c>lessThan</c>, <c>lessThanEqual</c>, <c>greaterThan</c>, <c>greaterThanEqual</c>,
    /// <c>between</c>, <c>isNull</c>, <c>isNotNull</c>, <c>contains</c>, <c>startsWith</c>, <c>endsWith</c>, <c>and</c>,
    /// <c>or</c> or <c>not</c>.
    /// </summary>
    public required string Method { get; init; }

    /// <summary>The path of a value in the data, such as <c>user.name</c>; null for <c>and</c>, <c>or</c> and <c>not</c>.</summary>
    public string? Attribute { get; init; }

    /// <summary>
    /// What the value is compared with: strings, numbers, true, false and null, of which any will do. For <c>and</c>, <c>or</c>
    /// and <c>not</c>: the conditions.
    /// </summary>
    public IReadOnlyList<JsonElement> Values { get; init; } = [];
}

internal sealed class FilterConditionConverter : JsonConverter<FilterCondition>
{
    private const string Shape = "A filter is a list of conditions { method, attribute?, values? }, whose values are a list.";

    public override bool HandleNull => true;

    public override FilterCondition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ShapeException(Shape);
        }

        var body = JsonShapes.Body<Body>(ref reader, options, Shape);
        return new FilterCondition
        {
            Method = body.Method ?? throw new ShapeException(Shape),
            Attribute = body.Attribute,
            Values = body.Values switch
            {
                null or { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Array } values => [.. values.EnumerateArray()],
                _ => throw new ShapeException(Shape),
            },
        };
    }

    public override void Write(Utf8JsonWriter writer, FilterCondition value, JsonSerializerOptions options)
    {
        JsonElement? values = value.Values.Count == 0 ? null : JsonShapes.ToElement(value.Values, options);
        JsonShapes.Write(writer, new Body(value.Method, value.Attribute, values), options);
    }

    internal sealed record Body(
        string? Method,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribute,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Values);
}
