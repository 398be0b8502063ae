using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The argument of <c>GetMembers</c>: a channel's name, or <c>{ channel, cursor?, limit? }</c>.</summary>
[JsonConverter(typeof(MembersRequestConverter))]
public sealed record MembersRequest
{
    /// <summary>How many members a page holds unless asked otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>How many members a page holds at most.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Where the last page ended, as that page gave it; null for the first page.</summary>
    public string? Cursor { get; init; }

    /// <summary>Members a page, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;
}

internal sealed class MembersRequestConverter : JsonConverter<MembersRequest>
{
    private const string Shape = "GetMembers takes a channel, or { channel, cursor?, limit? }.";

    public override bool HandleNull => true;

    public override MembersRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new MembersRequest { Channel = reader.GetString()! };
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ShapeException(Shape);
        }

        var body = JsonShapes.Body<Body>(ref reader, options, Shape);
        return new MembersRequest
        {
            Channel = body.Channel ?? throw new ShapeException(Shape),
            Cursor = body.Cursor,
            Limit = body.Limit ?? MembersRequest.DefaultLimit,
        };
    }

    public override void Write(Utf8JsonWriter writer, MembersRequest value, JsonSerializerOptions options) =>
        JsonShapes.Write(writer, new Body(value.Channel, value.Cursor, value.Limit), options);

    internal sealed record Body(string? Channel, string? Cursor, int? Limit);
}
