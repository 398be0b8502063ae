using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>
/// The argument of <c>Subscribe</c>. On the wire it is a channel's name, a list of channels, or an object
/// <c>{ channels, id?, events?, filter?, hidden?, echo? }</c>; a channel is its name or <c>{ channel, since }</c>.
/// </summary>
[JsonConverter(typeof(SubscribeRequestConverter))]
public sealed record SubscribeRequest
{
    /// <summary>The channels, 1 or more.</summary>
    public required IReadOnlyList<ChannelRequest> Channels { get; init; }

    /// <summary>
    /// The subscription to make, or to replace if the session has it already. 1 to 64 characters of printable ASCII without
    /// spaces. Null: the session's default subscription, to which channels are added.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// Which events are wanted, by patterns of which one must match: segments between dots, <c>*</c> for exactly one
    /// (<c>order.*.paid</c>). 1 to 100 of them, each up to 255 characters. Null for all events.
    /// </summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Conditions on <c>data</c>, all of which must hold; null or empty for none.</summary>
    public IReadOnlyList<FilterCondition>? Filter { get; init; }

    /// <summary>
    /// True lets the session hear without being a member that others see; the policy's <c>Hidden</c> must allow it. Default
    /// false. A session that has the channel by another subscription too is seen.
    /// </summary>
    public bool Hidden { get; init; }

    /// <summary>False spares this session its own publications, joins and updates. Default true.</summary>
    public bool Echo { get; init; } = true;
}

internal sealed class SubscribeRequestConverter : JsonConverter<SubscribeRequest>
{
    private const string Shape =
        "Subscribe takes a channel, a list of channels, or { channels: [name or { channel, since }], id?, events?, filter?, hidden?, echo? }.";

    public override bool HandleNull => true;

    public override SubscribeRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new SubscribeRequest { Channels = [new ChannelRequest(reader.GetString()!)] };
            case JsonTokenType.StartArray:
                return new SubscribeRequest { Channels = JsonShapes.List<ChannelRequest>(ref reader, options, Shape) };
            case JsonTokenType.StartObject:
                var body = JsonShapes.Body<SubscribeBody>(ref reader, options, Shape);
                return new SubscribeRequest
                {
                    Channels = body.Channels ?? throw new ShapeException(Shape),
                    Id = body.Id,
                    Events = body.Events?.Contains(null!) is true ? throw new ShapeException(Shape) : body.Events,
                    Filter = body.Filter,
                    Hidden = body.Hidden ?? false,
                    Echo = body.Echo ?? true,
                };
            default:
                throw new ShapeException(Shape);
        }
    }

    public override void Write(Utf8JsonWriter writer, SubscribeRequest value, JsonSerializerOptions options) =>
        JsonShapes.Write(
            writer,
            new SubscribeBody
            {
                Channels = value.Channels,
                Id = value.Id,
                Events = value.Events,
                Filter = value.Filter,
                Hidden = value.Hidden,
                Echo = value.Echo,
            },
            options);

    internal sealed record SubscribeBody
    {
        public IReadOnlyList<ChannelRequest>? Channels { get; init; }

        public string? Id { get; init; }

        public bool? Hidden { get; init; }

        public bool? Echo { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? Events { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<FilterCondition>? Filter { get; init; }
    }
}
