using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>What became of one channel of a <c>Subscribe</c>.</summary>
[JsonConverter(typeof(ChannelResultConverter))]
public sealed record ChannelResult
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The position from which this session hears the channel; null where it keeps no history.</summary>
    public Position? Position { get; init; }

    /// <summary>
    /// Where <c>since</c> was given: true when all that was missed came, false when it cannot come, null when the session
    /// already received the channel. <see cref="Reason"/> says why it is not true.
    /// </summary>
    public bool? Recovered { get; init; }

    /// <summary>One of <see cref="RecoveryReasons"/>; null where everything came, or nothing was asked for.</summary>
    public string? Reason { get; init; }
}

/// <summary>Writes the position flat, and <c>recovered: null</c> only beside a reason: absent and null differ here.</summary>
internal sealed class ChannelResultConverter : JsonConverter<ChannelResult>
{
    public override ChannelResult Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var body = JsonShapes.Body<Flat>(ref reader, options, "A channel's result is { channel, epoch?, offset?, recovered?, reason? }.");
        return new ChannelResult
        {
            Channel = body.Channel,
            Position = body is { Epoch: { } epoch, Offset: { } offset } ? new Position(epoch, offset) : null,
            Recovered = body.Recovered,
            Reason = body.Reason,
        };
    }

    public override void Write(Utf8JsonWriter writer, ChannelResult value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("channel"u8, value.Channel);
        if (value.Position is { } position)
        {
            writer.WriteString("epoch"u8, position.Epoch);
            writer.WriteNumber("offset"u8, position.Offset);
        }

        if (value.Recovered is { } recovered)
        {
            writer.WriteBoolean("recovered"u8, recovered);
        }
        else if (value.Reason is not null)
        {
            writer.WriteNull("recovered"u8);
        }

        if (value.Reason is not null)
        {
            writer.WriteString("reason"u8, value.Reason);
        }

        writer.WriteEndObject();
    }

    internal sealed record Flat(string Channel, string? Epoch, long? Offset, bool? Recovered, string? Reason);
}
