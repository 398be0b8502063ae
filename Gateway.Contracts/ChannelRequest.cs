using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>One channel of a <see cref="SubscribeRequest"/>.</summary>
/// <param name="Channel">Its name.</param>
/// <param name="Since">The last position the client has, from which to recover; null to start with what comes next.</param>
[JsonConverter(typeof(ChannelRequestConverter))]
public sealed record ChannelRequest(string Channel, Position? Since = null);

internal sealed class ChannelRequestConverter : JsonConverter<ChannelRequest>
{
    private const string Shape = "A channel is its name or { channel, since: { epoch, offset } }.";

    public override bool HandleNull => true;

    public override ChannelRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new ChannelRequest(reader.GetString()!);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ShapeException(Shape);
        }

        var body = JsonShapes.Body<ChannelBody>(ref reader, options, Shape);
        return new ChannelRequest(body.Channel ?? throw new ShapeException(Shape), PositionBody.ToPosition(body.Since, Shape));
    }

    public override void Write(Utf8JsonWriter writer, ChannelRequest value, JsonSerializerOptions options)
    {
        if (value.Since is null)
        {
            writer.WriteStringValue(value.Channel);
        }
        else
        {
            JsonShapes.Write(writer, new ChannelBody(value.Channel, PositionBody.Of(value.Since)), options);
        }
    }

    internal sealed record ChannelBody(string? Channel, PositionBody? Since);
}
