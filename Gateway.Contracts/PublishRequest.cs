using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>
/// The argument of <c>Publish</c>: <c>{ channel or channels, event, data, id?, echo? }</c>, and from trusted code <c>readers?</c>.
/// </summary>
[JsonConverter(typeof(PublishRequestConverter))]
public sealed record PublishRequest
{
    /// <summary>The channel; exactly one of this and <see cref="Channels"/> is given.</summary>
    public string? Channel { get; init; }

    /// <summary>Several channels, each of which gets its own copy under the same id.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>The event's name: 1 to 255 characters of printable ASCII without spaces.</summary>
    public required string Event { get; init; }

    /// <summary>The payload: any JSON value, at most 32 deep. Absent means null.</summary>
    public JsonElement Data { get; init; }

    /// <summary>
    /// The idempotency key, which becomes the publication's id: 1 to 64 characters of printable ASCII without spaces. The same
    /// call again within 5 minutes by the same principal has no second effect and returns the first answer.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>False spares the connection that publishes. Default true.</summary>
    public bool Echo { get; init; } = true;

    /// <summary>
    /// Trusted code only: 1 to 100 roles, such as <c>team:blue</c> or <c>label:vip</c>. Of those that may read the channel, only
    /// sessions holding one of them receive, recover or list the publication. Null for all of them.
    /// </summary>
    public IReadOnlyList<string>? Readers { get; init; }
}

internal sealed class PublishRequestConverter : JsonConverter<PublishRequest>
{
    private const string Shape = "Publish takes { channel or channels, event, data, id?, echo? }.";

    public override bool HandleNull => true;

    public override PublishRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ShapeException(Shape);
        }

        var body = JsonShapes.Body<Body>(ref reader, options, Shape);
        if (body.Channel is null == body.Channels is null || body.Channels?.Contains(null!) is true || body.Readers?.Contains(null!) is true)
        {
            throw new ShapeException(Shape);
        }

        return new PublishRequest
        {
            Channel = body.Channel,
            Channels = body.Channels,
            Event = body.Event ?? throw new ShapeException(Shape),
            Data = body.Data,
            Id = body.Id,
            Echo = body.Echo ?? true,
            Readers = body.Readers,
        };
    }

    public override void Write(Utf8JsonWriter writer, PublishRequest value, JsonSerializerOptions options) =>
        JsonShapes.Write(
            writer,
            new Body(value.Channel, value.Channels, value.Event, value.Data, value.Id, value.Echo, value.Readers),
            options);

    internal sealed record Body(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Channel,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Channels,
        string? Event,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Data,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
        bool? Echo,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Readers);
}
