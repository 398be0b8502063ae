using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>
/// The argument of <c>Unsubscribe</c>: a channel or a list of channels, which leave the default subscription, or
/// <c>{ id }</c>, which ends that subscription whole.
/// </summary>
[JsonConverter(typeof(UnsubscribeRequestConverter))]
public sealed record UnsubscribeRequest
{
    /// <summary>The channels that leave the default subscription; empty when <see cref="Id"/> is given.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>The subscription to end.</summary>
    public string? Id { get; init; }
}

internal sealed class UnsubscribeRequestConverter : JsonConverter<UnsubscribeRequest>
{
    private const string Shape = "Unsubscribe takes a channel, a list of channels, or { id }.";

    public override bool HandleNull => true;

    public override UnsubscribeRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new UnsubscribeRequest { Channels = [reader.GetString()!] },
            JsonTokenType.StartArray => new UnsubscribeRequest { Channels = JsonShapes.Names(ref reader, options, Shape) },
            JsonTokenType.StartObject => new UnsubscribeRequest
            {
                Id = JsonShapes.Body<ById>(ref reader, options, Shape).Id ?? throw new ShapeException(Shape),
            },
            _ => throw new ShapeException(Shape),
        };

    public override void Write(Utf8JsonWriter writer, UnsubscribeRequest value, JsonSerializerOptions options)
    {
        if (value.Id is { } id)
        {
            JsonShapes.Write(writer, new ById(id), options);
        }
        else
        {
            JsonShapes.Write(writer, value.Channels, options);
        }
    }

    internal sealed record ById(string? Id);
}
