using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The argument of <c>GetHistory</c>: <c>{ channel, since?, limit?, reverse?, events?, filter? }</c>.</summary>
[JsonConverter(typeof(HistoryRequestConverter))]
public sealed record HistoryRequest
{
    /// <summary>How many publications a page holds unless asked otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>How many publications a page holds at most.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The position behind which the page begins (with <see cref="Reverse"/>: before which); null for the first page.</summary>
    public Position? Since { get; init; }

    /// <summary>
    /// Publications a page, 1 to <see cref="MaxLimit"/>. A page ends earlier when they reach a quarter of what may wait for one
    /// client, or when <see cref="MaxLimit"/> of those that the channel keeps, or 1 MiB of them, were looked at.
    /// </summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Newest first instead of oldest first.</summary>
    public bool Reverse { get; init; }

    /// <inheritdoc cref="SubscribeRequest.Events"/>
    public IReadOnlyList<string>? Events { get; init; }

    /// <inheritdoc cref="SubscribeRequest.Filter"/>
    public IReadOnlyList<FilterCondition>? Filter { get; init; }
}

internal sealed class HistoryRequestConverter : JsonConverter<HistoryRequest>
{
    private const string Shape = "GetHistory takes { channel, since?: { epoch, offset }, limit?, reverse?, events?, filter? }.";

    public override bool HandleNull => true;

    public override HistoryRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ShapeException(Shape);
        }

        var body = JsonShapes.Body<Body>(ref reader, options, Shape);
        return new HistoryRequest
        {
            Channel = body.Channel ?? throw new ShapeException(Shape),
            Since = PositionBody.ToPosition(body.Since, Shape),
            Limit = body.Limit ?? HistoryRequest.DefaultLimit,
            Reverse = body.Reverse ?? false,
            Events = body.Events?.Contains(null!) is true ? throw new ShapeException(Shape) : body.Events,
            Filter = body.Filter,
        };
    }

    public override void Write(Utf8JsonWriter writer, HistoryRequest value, JsonSerializerOptions options) =>
        JsonShapes.Write(
            writer,
            new Body(value.Channel, PositionBody.Of(value.Since), value.Limit, value.Reverse, value.Events, value.Filter),
            options);

    internal sealed record Body(
        string? Channel,
        PositionBody? Since,
        int? Limit,
        bool? Reverse,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Events,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FilterCondition>? Filter);
}
